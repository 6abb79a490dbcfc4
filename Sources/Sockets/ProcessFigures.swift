import CLinux
import Glibc

/// What the kernel says about this process.
package struct ProcessFigures: Sendable {
    package let residentBytes: Int
    package let openDescriptors: Int
    package let cpuSeconds: Double

    package static func read() -> ProcessFigures? {
        var usage = rusage()
        guard unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return nil }
        let user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1_000_000
        let system = Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1_000_000
        return ProcessFigures(
            residentBytes: residentPages() * Int(getpagesize()), openDescriptors: countDescriptors(), cpuSeconds: user + system)
    }

    /// The second number of `/proc/self/statm`.
    private static func residentPages() -> Int {
        let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    private static func countDescriptors() -> Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return max(0, count - 3)  // `.`, `..` and the folder's own.
    }
}

/// The processors that this process may use.
package func processorCount() -> Int {
    max(1, Int(segue_processor_count()))
}

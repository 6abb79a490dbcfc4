import Files
import Glibc
import Testing

/// Whole requests through the real worker, one text file each: `Journeys/README.md` says how they are written.
@Suite(.serialized) struct JourneyTests {
    @Test(arguments: Journeys.all) func `every byte arrives as the journey says`(_ journey: Journey) async {
        if let problem = await JourneyRun.play(journey, on: .shared) { Issue.record(Comment(rawValue: problem)) }
    }

    @Test(arguments: Journeys.all.filter { !$0.arrivesWhole })
    func `it makes no difference in which pieces a request arrives`(_ journey: Journey) async {
        for size in [1, 2, 3, 7, 23, 101] {
            if let problem = await JourneyRun.play(journey, pieceBytes: size, on: .shared) {
                Issue.record(Comment(rawValue: problem))
                return
            }
        }
    }
}

/// The files beside this one.
enum Journeys {
    static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Journeys"

    static let all: [Journey] = names.sorted().map { name in
        do {
            return try Journey(file: name, String(decoding: Files.read("\(folder)/\(name)", bytesMax: 1 << 20), as: UTF8.self))
        } catch {
            fatalError("\(error)")
        }
    }

    private static var names: [String] {
        guard let stream = unsafe opendir(folder) else { fatalError("there is no \(folder)") }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".txt") { names.append(name) }
        }
        return names
    }
}

extension Journey: CustomTestStringConvertible {
    var testDescription: String { "\(file): \(title)" }
}

import Glibc

/// The environment of the process, as it was when the process began: nothing here changes it.
package enum Environment {
    package static func value(of name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}

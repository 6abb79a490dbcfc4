import Glibc

/// How many files, sockets among them, the process may have open.
package enum OpenFiles {
    /// Raises the soft limit to the hard one, as servers do that hold a connection per client: the soft one is low for the sake
    /// of programs that use `select`. Returns what is allowed now; `nil` where nobody can tell.
    package static func raiseLimit() -> Int? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }
}

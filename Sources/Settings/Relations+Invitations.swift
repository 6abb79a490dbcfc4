/// What invitations need, and what would have no effect without them.
extension Relations {
    func checkInvitations(_ settings: Settings) {
        guard let entry = root["invitations"] else {
            if let smtp = root["smtp"] {
                problems.warn(
                    smtp, found: "a mail server", expected: "invitations, for which mail is sent", hint: "it has no effect now")
            }
            return
        }
        for (section, why) in [
            ("smtp", "an invitation is mail"), ("clerk", "an invitation ends with a Clerk session"),
            ("directory", "invitations are kept there"),
        ] where root[section] == nil {
            problems.missing(section, entry.range, expected: "this section, because \(why)")
        }
        if let path = entry["path"], !settings.legacy.contains(where: { !$0.insecure }) {
            problems.error(
                path, found: "a path for people who are signed in the old way, and no old credential that proves who they are",
                expected: "one in `legacy`", hint: "without invitations.path only segue invite sends invitations")
        }
        if let clerk = root["clerk"], settings.clerk != nil, settings.clerk?.secretKey == nil {
            problems.missing(
                "clerk.secretKey", clerk.range, expected: "Clerk's secret key, because of invitations",
                hint: "nobody is linked without reading the user from Clerk")
        }
        if let directory = settings.directory {
            if directory.users.email == nil {
                problems.missing(
                    "directory.users.email", (root["directory"] ?? entry).range,
                    expected: "the column of the addresses that are written to")
            }
            if directory.users.clerkUserID == directory.users.id {
                problems.error(
                    entry, found: "invitations where users.id is the Clerk user id", expected: "none",
                    hint: "everybody is linked already")
            }
        }
        if root["invitations"]?["signIn"] == nil {
            problems.warn(
                entry, found: "no signIn", expected: "the application's page on which people sign in with Clerk",
                hint:
                    "people who are not signed in are told to, without a link; and nobody can be welcomed (segue invite --created)")
        }
    }
}

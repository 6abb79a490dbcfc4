internal import Directory
internal import Authentication
internal import JSON
internal import Settings
internal import Telemetry

/// What `segue finalize check` says: each gate and each step, with what stands in the way and what to do about it.
struct FinalizeReport: Sendable {
    let findings: FinalizeFindings
    let gates: FinalizeGates
    let settings: Settings
    let quietDays: Int

    init(_ findings: FinalizeFindings, _ settings: Settings, quietDays: Int, at now: UnixTime) {
        (self.findings, self.settings, self.quietDays) = (findings, settings, quietDays)
        gates = FinalizeGates(findings, quietDays: quietDays, at: now)
    }

    var code: ExitCode { gates.areHeld ? .ok : .precondition }

    /// What is to be done next; `nil` when everything is.
    var next: String? {
        for gate in FinalizeGates.Gate.allCases {
            if let obstacle = gates.obstacles[gate]?.first { return obstacle.remedy(quietDays) }
        }
        for step in FinalizeStep.allCases {
            switch step.state(in: findings.table) {
            case .open, .begun: return "segue finalize apply \(step.rawValue)"
            case .blocked, .done, .needless: continue
            }
        }
        return nil
    }

    /// Nothing is left but what was left out: whoever waives people, or lets deletions unlink, goes without `not-null`.
    var isOver: Bool {
        gates.areHeld
            && FinalizeStep.allCases.allSatisfy { step in
                switch step.state(in: findings.table) {
                case .done, .needless, .blocked(.rowsWithoutLink), .blocked(.deletionUnlinks): true
                case .open, .begun, .blocked(.hashesLeft): false
                }
            }
    }

    // MARK: Text

    var text: String {
        var lines: [String] = []
        for gate in FinalizeGates.Gate.allCases {
            let obstacles = gates.obstacles[gate] ?? []
            lines.append(
                obstacles.isEmpty ? "held      \(gate.title(quietDays)): \(found(gate))" : "NOT HELD  \(gate.title(quietDays))")
            for obstacle in obstacles {
                lines.append("            \(obstacle.text)".onOneLine)
                lines.append("            => \(obstacle.remedy(quietDays))".onOneLine)
            }
        }
        lines += ["", "Steps, each done by itself with `segue finalize apply STEP`:"]
        for step in FinalizeStep.allCases {
            lines.append("  \(step.rawValue.padded(to: 16))  \(step.state(in: findings.table).text(in: findings.table))".onOneLine)
        }
        if isOver { lines += [""] + FinalizeFarewell(settings, findings.table).lines }
        if let next { lines += ["", "Next: \(next)"] }
        return lines.joined(separator: "\n")
    }

    /// What was found where nothing stands in the way.
    private func found(_ gate: FinalizeGates.Gate) -> String {
        switch gate {
        case .routes: return counted(findings.routes.count, "route")
        case .traffic: return quietDays == 0 ? "not asked for (--days 0)" : "none on \(counted(findings.routes.count, "route"))"
        case .people:
            let waived = findings.waived
            return waived.count == 0 ? "everybody" : "everybody but \(waived.count) waived: \(waived.names)"
        case .backup: return findings.backup.map { "of \($0.at.rfc3339), with all up to entry \($0.id) of the ledger" } ?? ""
        case .ledger:
            guard case .intact(let sealed, _) = findings.ledger else { return "" }
            return "\(counted(sealed, "row")) as they were sealed"
        }
    }

    // MARK: JSON

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("ready", gates.areHeld)
        writer.member("over", isOver)
        writer.member("quiet_days", Int64(quietDays))
        writer.key("gates")
        writer.beginArray()
        for gate in FinalizeGates.Gate.allCases {
            let obstacles = gates.obstacles[gate] ?? []
            writer.beginObject()
            writer.member("gate", gate.rawValue)
            writer.member("held", obstacles.isEmpty)
            writer.key("missing")
            writer.beginArray()
            for obstacle in obstacles { obstacle.write(to: &writer, quietDays) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.member("waived", Int64(findings.waived.count))
        writer.key("steps")
        writer.beginArray()
        for step in FinalizeStep.allCases {
            let state = step.state(in: findings.table)
            writer.beginObject()
            writer.member("step", step.rawValue)
            writer.member("state", state.code)
            writer.member("text", state.text(in: findings.table))
            writer.endObject()
        }
        writer.endArray()
        writer.member("next", next)
        writer.endObject()
        return writer.text
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension SomePeople {
    /// The first of them, and how many more there are.
    var names: String {
        let named = first.map(\.text).joined(separator: ", ")
        return count > first.count ? "\(named) and \(count - first.count) more" : named
    }
}

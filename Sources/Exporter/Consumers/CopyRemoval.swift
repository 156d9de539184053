internal import PrivateFiles
internal import Settings

/// Takes copies away: our variables out of files that have others, other files whole if they are as we wrote them.
struct CopyRemoval {
    /// The consumer's name.
    let name: String
    let places: ConsumerPlaces

    /// Whether a file has nothing in it but what we wrote: it is in our own directory, or is our drop-in.
    func isOurs(_ path: String) -> Bool {
        ConsumerSettings.Scope.allCases.contains { path.hasPrefix(places.unitDirectory(name, $0) + "/") }
            || path.hasSuffix(".d/\(UnitCopy.dropInName(name))")
    }

    /// Takes a copy away, and those before it that may still be in place.
    ///
    /// - Returns: the files that stay, because they hold something else, or cannot be read as what they were.
    func takeAway(_ held: HeldCopy) throws -> [String] {
        let copies = held.candidates
        var left = Set(copies.flatMap { $0.files.map(\.path) })
        // A file is what one of them says, if it is any of theirs.
        for copy in copies {
            let files = copy.files.filter { left.contains($0.path) }
            left.subtract(Set(files.map(\.path)).subtracting(try takeAway(files, of: copy)))
        }
        return left.sorted()
    }

    /// Takes files of a copy away.
    ///
    /// - Returns: those that stay, because they hold something else, or cannot be read as what they were.
    func takeAway(_ files: [HeldCopy.File], of held: HeldCopy) throws -> [String] {
        var left: [String] = []
        // The drop-in, which comes last, goes first: no unit may look for files that are not there.
        for file in files.reversed() {
            if isOurs(file.path) {
                try PrivateFile.remove(file.path)
                PrivateFile.removeEmptyDirectory(PrivateFile.split(file.path).parent)
            } else if try !PrivateFile.asOwner(held.owner, of: file.path, { try takeAway(file, held) }) {
                left.append(file.path)
            }
        }
        return left
    }

    private func takeAway(_ file: HeldCopy.File, _ held: HeldCopy) throws -> Bool {
        guard let format = try? Formats.named(held.format) else { return false }
        guard let bytes = try PlainFile.read(file.path) else { return true }
        guard format.keepsOtherLines else {
            // A whole file that somebody else wrote meanwhile is theirs.
            guard try CopyFingerprints(held).file(bytes) == file.fingerprint else { return false }
            try PrivateFile.remove(file.path)
            return true
        }
        // A value that somebody wrote here may be nowhere else.
        let copy = FileCopy(path: file.path, format: format, owner: held.owner)
        guard let found = try? copy.fingerprint(bytes, CopyFingerprints(held), names: held.variables.map(\.name)), found == file.fingerprint
        else { return false }
        guard let rest = try? ManagedFile.merge([], into: bytes, forgetting: Set(held.variables.map(\.name)), as: format) else {
            return false
        }
        if rest.isEmpty {
            try PrivateFile.remove(file.path)
        } else {
            try PrivateFile.write(rest, to: file.path, existing: .replace, owner: held.owner)
        }
        return true
    }
}

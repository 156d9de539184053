import Foundation
import Testing

/// Files are for their owner only, whatever the umask, from their first moment on.
@Suite struct FileModeTests {
    @Test func `makes nothing that others can read or enter`() throws {
        let home = try Home(withVault: false)
        // Looks as often as it can while the commands run.
        let watcher = """
            import os, stat, sys, time
            seen = set()
            while not os.path.exists(sys.argv[2]):
                for directory, _, files in os.walk(sys.argv[1]):
                    for path in [directory] + [os.path.join(directory, name) for name in files]:
                        try: mode = os.lstat(path).st_mode
                        except OSError: continue
                        if mode & 0o077 and not stat.S_ISLNK(mode): seen.add(oct(mode) + " " + path)
            print("\\n".join(sorted(seen)))
            """
        try home.write(watcher, to: home.streams + "/watch.py")
        let outcome = try home.shell(
            """
            python3 '\(home.streams)/watch.py' "$HOME" '\(home.streams)/done' & watcher=$!
            umask 000
            exec 2>/dev/null
            w() { "$WARDER" -q "$@" >/dev/null || echo "failed: $1 $2"; }
            w init --key-file keys/deep/key
            for n in 1 2 3 4 5 6 7 8 9; do echo $n | w set A$n; done
            head -c 500000 /dev/urandom | w set B
            w rename B C; w rollback C --generation 1 >/dev/null; w remove A1; w purge A2 --yes
            w slot keygen pair
            w slot rekey
            w backup backup
            w restore backup --force
            w --vault other/deep/vault.db restore backup
            umask 077; mkdir project; printf '[profile.p]\\nA = "secret:A3"\\n' >project/warder.toml; umask 000
            (cd project && w allow)
            w run --only 'A*' -- true
            umask 077; touch '\(home.streams)/done'
            wait $watcher
            """)
        #expect(outcome.code == 0)
        #expect(outcome.text == "\n")
        let wide = try home.shell("find \"$HOME\" ! -type l -perm /077").text
        #expect(wide.isEmpty)
        let files = try home.shell("find \"$HOME\" -type f -perm /700 -perm /0111").text
        #expect(files.isEmpty)
        let stray = try home.shell("find \"$HOME\" -name '.*.new' -o -name '*-journal' -o -name '*.tmp'").text
        #expect(stray.isEmpty)
    }
}

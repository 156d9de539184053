import Foundation
import Glibc
import Testing

/// Streams that are closed or full, disks that take nothing, and locks of others.
@Suite struct StreamTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("NAME", "value")
    }

    @Test(arguments: [
        "get NAME", "list", "list --json", "show NAME", "history NAME", "verify", "audit list", "slot list", "status", "--help", "check",
    ])
    func `says that nothing could be written`(command: String) throws {
        let full = try home.shell("\"$WARDER\" \(command) >/dev/full")
        #expect(full.refused(20))
        let closed = try home.shell("\"$WARDER\" \(command) >&-")
        #expect(closed.refused(20))
    }

    @Test func `reads nothing from a closed input`() throws {
        let before = home.content(home.vault)
        #expect(try home.shell("\"$WARDER\" set NAME <&-").refused(20))
        #expect(try home.shell("\"$WARDER\" set --batch <&-").refused(20))
        let isUnchanged = home.content(home.vault) == before
        #expect(isUnchanged)
    }

    @Test func `works without standard error, and writes no message into the vault`() throws {
        #expect(try home.shell("\"$WARDER\" get NAME 2>&-").text == "value")
        #expect(try home.shell("echo x | \"$WARDER\" set NAME 2>&-").code == 0)
        #expect(try home.shell("\"$WARDER\" get OTHER 2>&-").code == 22)
        #expect(try home.shell("\"$WARDER\" get NAME <&- >&- 2>&-").code == 20)
        #expect(try home.run("verify", "--strict").code == 0)
    }

    @Test func `waits for another process, then says that it is busy`() throws {
        let script = """
            python3 -c '
            import sqlite3, sys, time
            d = sqlite3.connect(sys.argv[1], isolation_level=None)
            d.execute("BEGIN " + sys.argv[2]); open("held", "w").close(); time.sleep(30)' '\(home.vault)' $1 &
            while ! test -e held; do sleep 0.05; done
            """
        let exclusive = try home.shell("set -- EXCLUSIVE; \(script)\n\"$WARDER\" get NAME; code=$?; kill $!; exit $code")
        #expect(exclusive.refused(18))
        #expect(exclusive.error.contains("hint: "))
        unsafe unlink(home("held"))
        let immediate = try home.shell(
            "set -- IMMEDIATE; \(script)\n\"$WARDER\" get NAME; echo x | \"$WARDER\" set NAME; code=$?; kill $!; exit $code")
        #expect(immediate.code == 18)
        #expect(immediate.text == "value")
        #expect(try home.run("get", "NAME").text == "value")
    }

    @Test func `goes on when the other process is done`() throws {
        let outcome = try home.shell(
            """
            python3 -c '
            import sqlite3, sys, time
            d = sqlite3.connect(sys.argv[1], isolation_level=None)
            d.execute("BEGIN EXCLUSIVE"); open("held", "w").close(); time.sleep(1)' '\(home.vault)' &
            while ! test -e held; do sleep 0.05; done
            "$WARDER" get NAME
            """)
        #expect(outcome.text == "value")
    }

    /// Whether this user can have a file system of its own.
    static let canMount: Bool = (try? Home(withVault: false).shell("unshare -m mount -t tmpfs none /mnt").code) == 0

    @Test(.enabled(if: canMount, "needs a mount of its own, as root has")) func `keeps the old state on a full disk`() throws {
        let outcome = try home.shell(
            """
            mkdir disk
            exec unshare -m sh -c '
            mount -t tmpfs -o size=400k,mode=700 none disk || exit 99
            "$WARDER" --vault disk/vault.db init --key-file key && printf old | "$WARDER" --vault disk/vault.db set A || exit 98
            dd if=/dev/zero of=disk/filler bs=1k status=none 2>/dev/null
            cp disk/vault.db before
            head -c 100000 /dev/urandom | "$WARDER" -q --vault disk/vault.db set A; echo code $?
            "$WARDER" --vault disk/vault.db backup disk/backup; echo code $?
            "$WARDER" --vault disk/vault.db slot keygen disk/pair; echo code $?
            cmp before disk/vault.db && "$WARDER" --vault disk/vault.db get A; echo; ls disk'
            """)
        #expect(outcome.text == "code 20\ncode 20\ncode 20\nold\nfiller\nvault.db\n")
    }

    @Test(.enabled(if: canMount, "needs a mount of its own, as root has")) func `reads from a read-only disk, and writes nothing`() throws {
        let outcome = try home.shell(
            """
            mkdir disk
            exec unshare -m sh -c '
            mount -t tmpfs -o mode=700 none disk || exit 99
            "$WARDER" --vault disk/vault.db init --key-file key && printf old | "$WARDER" --vault disk/vault.db set A || exit 98
            mount -o remount,ro disk
            "$WARDER" --vault disk/vault.db get A; echo " code $?"
            printf new | "$WARDER" --vault disk/vault.db set A; echo code $?
            "$WARDER" --vault disk/vault.db remove A; echo code $?
            "$WARDER" --vault disk/other/vault.db init --key-file key; echo code $?'
            """)
        #expect(outcome.text == "old code 0\ncode 20\ncode 20\ncode 20\n")
    }

    @Test(.enabled(if: canMount, "needs a mount of its own, as root has")) func `says that there is too little memory for a passphrase`()
        throws
    {
        let fresh = try Home(withVault: false)
        let given = ["WARDER_PASSPHRASE_FD": "0"]
        let passphrase = Value("correct horse battery")
        try #require(fresh.run("init", "--kdf-memory", "64", "--kdf-passes", "2", input: passphrase, with: given).code == 0)
        try fresh.write("MemTotal: 200000 kB\nMemAvailable: 100000 kB\n", to: "meminfo")
        let outcome = try fresh.shell(
            "exec unshare -m sh -c 'mount --bind meminfo /proc/meminfo && exec \"$WARDER\" list'", input: passphrase, with: given)
        #expect(outcome.refused(17))
    }

    @Test(.enabled(if: geteuid() != 0, "root writes to read-only directories")) func `says that a directory takes nothing`() throws {
        unsafe chmod(home(".local/share/warder"), 0o500)
        #expect(try home.run("set", "NAME", input: Value("x")).refused(20))
        unsafe chmod(home(".local/share/warder"), 0o700)
        #expect(try home.run("get", "NAME").text == "value")
    }
}

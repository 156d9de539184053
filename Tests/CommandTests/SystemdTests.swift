import Foundation
import Testing

/// `warder apply` with a real systemd: services see exactly the values, and what does not work is said.
@Suite(.serialized) struct SystemdTests {
    /// Values as `printf` writes them, none with a NUL.
    private let nasty: [(name: String, format: String, bytes: [UInt8])] = [
        ("PLAIN", "sk-abc_123", Array("sk-abc_123".utf8)), ("EMPTY", "", []), ("SPACES", "  two  words  ", Array("  two  words  ".utf8)),
        ("LINES", "one\\ntwo\\n\\nfour\\n", Array("one\ntwo\n\nfour\n".utf8)), ("RETURNS", "a\\r\\nb\\r", Array("a\r\nb\r".utf8)),
        ("QUOTES", "it\\047s \"both\"", Array("it's \"both\"".utf8)), ("DOLLAR", "$HOME ${HOME} $$", Array("$HOME ${HOME} $$".utf8)),
        ("PERCENT", "%%n %%%% 100%%", Array("%n %% 100%".utf8)), ("BACKSLASH", "\\\\ \\\\n \\\\x41 \\\\", Array("\\ \\n \\x41 \\".utf8)),
        ("BACKTICK", "`id`", Array("`id`".utf8)), ("HASH", "#a ;b #", Array("#a ;b #".utf8)),
        ("OTHER", "é日本🔑\\t\\001", Array("é日本🔑\t\u{1}".utf8)),
    ]

    private func store(_ rig: Rig) throws { for value in nasty { try rig.store(value.name, value.format) } }

    @Test func `a service sees exactly the values of a drop-in, and after apply the new ones`() throws {
        guard let rig = try Rig() else { return }
        try store(rig)
        try rig.service("web")
        try #require(
            rig.warder("consumer add web --format systemd-drop-in --unit web.service --scope system --on-change restart").code == 0)
        let applied = try rig.warder("apply --json").json()
        #expect((applied["consumers"] as? [[String: Any]])?.first?["state"] as? String == "applied")
        let found = try rig.environment(of: "web")
        for value in nasty {
            let isSame = found[value.name] == value.bytes
            #expect(isSame, "\(value.name)")
        }
        #expect(
            try rig.shell(
                "find /var/lib/warder /etc/systemd/system/web.service.d -type f -printf '%m %f\\n' | sed 's/[0-9a-f]*\\.env/X.env/' | sort"
            ).text == "600 X.env\n644 50-warder-web.conf\n")
        #expect(try rig.warder("apply").error == "1 consumer, nothing to do\n")
        try rig.store("PLAIN", "next")
        #expect(try rig.warder("apply --check").code == 1)
        #expect(try rig.warder("apply").code == 0)
        let isNew = try rig.environment(of: "web")["PLAIN"] == Array("next".utf8)
        #expect(isNew)
        #expect(try rig.shell("ls /var/lib/warder/units/*/web | wc -l").text == "1\n", "the file of the generation before is gone")
        #expect(try rig.warder("consumer remove web --with-copy").code == 0)
        #expect(try rig.shell("ls -d /var/lib/warder/units/*/web /etc/systemd/system/web.service.d").output.isEmpty)
        #expect(try rig.shell("systemctl restart web").code == 0)
        let isGone = try rig.environment(of: "web")["PLAIN"] == nil
        #expect(isGone)
    }

    @Test func `a service sees exactly the values of credentials, NUL included`() throws {
        guard let rig = try Rig() else { return }
        try store(rig)
        try rig.store("BINARY", "\\000a\\000\\377")
        try rig.service("cred", "DynamicUser=yes\nExecStart=/bin/sleep 1000")
        try #require(
            rig.warder("consumer add cred --format systemd-credential --unit cred.service --scope system --on-change restart").code == 0)
        let applied = try rig.warder("apply")
        #expect(applied.code == 0 && applied.error.contains("cred.service has the new values"))
        for value in nasty + [(name: "BINARY", format: "", bytes: [0, 97, 0, 255])] {
            let isSame = try rig.shell("cat /run/credentials/cred.service/\(value.name)").output == value.bytes
            #expect(isSame, "\(value.name)")
        }
        #expect(try rig.shell("cat /var/lib/warder/units/*/cred/*").text.contains("sk-abc_123") == false)
        try rig.store("PLAIN", "next")
        #expect(try rig.warder("apply").code == 0)
        let isNew = try rig.shell("cat /run/credentials/cred.service/PLAIN").text == "next"
        #expect(isNew)
        let isInEnvironment = try rig.environment(of: "cred").keys.contains("PLAIN")
        #expect(!isInEnvironment)
    }

    @Test func `a reload that would give nothing new is a restart`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        try rig.service("web", "ExecStart=/bin/sleep 1000\nExecReload=/bin/true")
        try #require(rig.warder("consumer add web --format systemd-drop-in --unit web.service --scope system --on-change reload").code == 0)
        let applied = try rig.warder("apply")
        #expect(applied.code == 0)
        #expect(applied.error.contains("a reload gives web.service nothing new here") && applied.error.contains("has the new values"))
    }

    @Test func `stopped, masked, failed and unknown units are told apart`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        for name in ["stopped", "masked", "failed", "broken"] {
            try rig.service(name, name == "failed" ? "ExecStart=/bin/false" : "ExecStart=/bin/sleep 1000", start: false)
            try #require(
                rig.warder("consumer add \(name) --format systemd-drop-in --unit \(name).service --scope system --on-change restart").code
                    == 0)
        }
        _ = try rig.shell("systemctl start failed; rm /etc/systemd/system/masked.service; systemctl mask masked; systemctl start broken")
        try rig.service("broken", "ExecStart=/nowhere/program", start: false)
        try #require(rig.warder("consumer add unknown --format systemd-drop-in --unit unknown.service --scope system").code == 0)
        let outcome = try rig.warder("apply")
        #expect(outcome.code == 1)
        for line in [
            "stopped: stopped.service is not running: it takes the new values when it starts",
            "warder: masked: masked.service is masked and cannot start",
            "warder: failed: failed.service had failed before (exit-code): start it to have it take the new values",
            "warder: unknown: there is no system unit unknown.service",
        ] {
            #expect(outcome.error.contains(line + "\n"), "\(line)")
        }
        #expect(outcome.error.contains("warder: broken: broken.service"), "its program is gone: the restart fails")
        #expect(
            try rig.shell("ls /etc/systemd/system/unknown.service.d /var/lib/warder/units/*/unknown").code != 0, "nothing is written for it"
        )
        #expect(try rig.warder("apply unknown").code == 22)
        // It stays true until it is mended.
        let again = try rig.warder("apply masked failed")
        #expect(again.code == 1 && again.error.contains("masked.service is masked") && again.error.contains("failed.service had failed"))
        #expect(try rig.warder("apply --check masked").code == 1)
        #expect(try rig.warder("consumer remove broken --with-copy").code == 0)
        #expect(try rig.shell("ls /var/lib/warder/units/*/broken").code != 0)
        #expect(try rig.shell("ls /etc/systemd/system/broken.service.d").code != 0)
    }

    @Test func `a unit that nobody restarts is told of until it has the values`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        try rig.service("web")
        try #require(
            rig.warder("consumer add web --format systemd-drop-in --unit web --scope system --on-change none").code == 0)
        for _ in 0..<2 {
            let outcome = try rig.warder("apply")
            #expect(outcome.code == 1 && outcome.error.contains("web.service runs on with the earlier values until it is restarted"))
        }
        let before = try rig.shell("systemctl restart web; systemctl show -P MainPID web").text
        #expect(try rig.warder("apply").code == 0)
        #expect(try rig.warder("apply --check").code == 0)
        #expect(try rig.shell("systemctl show -P MainPID web").text == before, "it had them already")
    }

    @Test func `a consumer that goes to another unit leaves the first one able to start`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        for name in ["first", "second"] { try rig.service(name) }
        try #require(rig.warder("consumer add app --format systemd-drop-in --unit first.service --scope system").code == 0)
        try #require(rig.warder("apply").code == 0)
        try rig.store("KEY", "two")
        _ = try rig.shell("sed -i s/first.service/second.service/ $HOME/.config/warder/warder.toml")
        #expect(try rig.warder("apply").code == 0)
        #expect(try rig.shell("systemctl restart first").code == 0)
        let isGone = try rig.environment(of: "first")["KEY"] == nil
        #expect(isGone)
        let isThere = try rig.environment(of: "second")["KEY"] == Array("two".utf8)
        #expect(isThere)
        // So does one that the settings have lost, when its copy goes.
        _ = try rig.shell("sed -i '/consumer.app/,$d' $HOME/.config/warder/warder.toml")
        #expect(try rig.warder("consumer remove app --with-copy").code == 0)
        #expect(try rig.shell("systemctl restart second").code == 0)
    }

    @Test func `two vaults have consumers of one name, and none takes the other's files away`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        for name in ["first", "second"] { try rig.service(name) }
        try #require(rig.warder("consumer add app --format systemd-drop-in --unit first.service --scope system").code == 0)
        try #require(rig.warder("apply").code == 0)
        let other = "HOME=/root/other $WARDER"
        try #require(
            rig.shell(
                """
                mkdir -m 700 /root/other; \(other) init --key-file /root/other/key; printf two | \(other) set KEY
                \(other) consumer add app --format systemd-drop-in --unit second.service --scope system; \(other) apply
                """
            ).code == 0)
        #expect(try rig.warder("apply --check").code == 0)
        #expect(try rig.shell("systemctl restart first second").code == 0)
    }

    @Test func `a daemon that does not have the new values is found`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        _ = try rig.shell(
            "echo KEY=other >/etc/other.env; mkdir -p /etc/systemd/system/web.service.d; printf '[Service]\\nEnvironmentFile=/etc/other.env\\n' >/etc/systemd/system/web.service.d/99-other.conf"
        )
        try rig.service("web")
        try #require(
            rig.warder("consumer add web --format systemd-drop-in --unit web.service --scope system --on-change restart").code == 0)
        let outcome = try rig.warder("apply")
        #expect(outcome.code == 1 && outcome.error.contains("warder: web: web.service runs without the new KEY\n"))
        #expect(try rig.warder("apply --check").code == 1)
        _ = try rig.shell("rm /etc/systemd/system/web.service.d/99-other.conf")
        #expect(try rig.warder("apply").code == 0, "what was not seen to succeed is tried again")
        #expect(try rig.warder("apply --check").code == 0)
    }

    @Test func `a user's units get drop-ins, and credentials only where they work`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "one")
        try #require(
            rig.shell(
                "systemctl set-environment HOME=/root/warder-test; mkdir -p /etc/systemd/system/user@0.service.d; printf '[Service]\\nEnvironment=HOME=/root/warder-test\\n' >/etc/systemd/system/user@0.service.d/h.conf; systemctl daemon-reload; systemctl start user@0.service"
            ).code == 0)
        _ = try rig.shell("systemctl --user set-environment HOME=/root/warder-test")
        try rig.service("mine", isUser: true)
        try #require(rig.warder("consumer add mine --format systemd-drop-in --unit mine.service --on-change restart").code == 0)
        let applied = try rig.warder("apply")
        #expect(applied.code == 0 && applied.error.contains("mine.service has the new values"))
        let isSame = try rig.environment(of: "mine", isUser: true)["KEY"] == Array("one".utf8)
        #expect(isSame)
        try #require(rig.warder("consumer add sealed --format systemd-credential --unit mine.service").code == 0)
        let sealed = try rig.warder("apply sealed")
        if try rig.shell("systemd-creds --help | grep -q -- --user").code == 0 {
            #expect(sealed.code == 0)
        } else {
            #expect(sealed.refused(20) && sealed.error.contains("hint: use the format systemd-drop-in"))
            #expect(try rig.shell("ls $HOME/.config/systemd/user/mine.service.d").text == "50-warder-mine.conf\n")
        }
    }

    @Test func `a dry run writes and starts nothing, and shows no value`() throws {
        guard let rig = try Rig() else { return }
        try rig.store("KEY", "canary-value")
        try rig.service("web")
        try #require(
            rig.warder("consumer add web --format systemd-credential --unit web.service --scope system --on-change restart").code == 0)
        let before = try rig.shell("systemctl show -P MainPID web").text
        let outcome = try rig.warder("apply --dry-run")
        #expect(outcome.code == 0 && outcome.error.contains("LoadCredentialEncrypted=KEY:") && outcome.error.contains("KEY=<redacted>"))
        #expect(outcome.error.contains("would run systemctl try-restart web.service"))
        let isSilent = !outcome.error.contains("canary")
        #expect(isSilent)
        #expect(try rig.shell("systemctl show -P MainPID web").text == before)
        #expect(try rig.shell("ls -d /var/lib/warder/units/*/web").code != 0)
        #expect(try rig.shell("ls -d /etc/systemd/system/web.service.d").code != 0)
    }

    @Test func `a credential that is too large is refused before anything is written`() throws {
        guard let rig = try Rig() else { return }
        try #require(rig.shell("head -c 1048576 /dev/zero | $WARDER set -q LARGE").code == 0)
        try rig.service("web")
        try #require(rig.warder("consumer add web --format systemd-credential --unit web.service --scope system").code == 0)
        #expect(try rig.warder("apply web").refused(26))
        try #require(rig.shell("head -c 900000 /dev/zero | $WARDER set -q LARGE").code == 0)
        let outcome = try rig.warder("apply web")
        #expect(outcome.refused(26) || outcome.code == 0, "the installed systemd decides")
        if outcome.code != 0 { #expect(try rig.shell("ls /etc/systemd/system/web.service.d").code != 0) }
    }
}

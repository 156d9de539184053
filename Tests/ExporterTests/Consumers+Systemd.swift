extension Consumer {
    /// systemd's own parser, called in its private library, and what the service manager drops after it.
    static let systemd = Consumer(
        name: "systemd load_env_file", command: ["python3", "-c", systemdScript, "FILE"],
        probe: ["python3", "-c", systemdScript, "/dev/null"], output: .hex)

    /// Reads the files that a file holds, with a NUL between each two. Prints the variables, `!` for a refused file, and `.` after each.
    static let systemdScript = """
        import ctypes, glob, os, sys
        shared = ctypes.CDLL(glob.glob('/usr/lib/*/systemd/libsystemd-shared-*.so')[0])
        for text in open(sys.argv[1], 'rb').read().split(b'\\0'):
            file = os.memfd_create('sample')
            os.write(file, text)
            found = ctypes.POINTER(ctypes.c_char_p)()
            if shared.load_env_file(None, b'/proc/self/fd/%d' % file, ctypes.byref(found)) < 0: print('!')
            elif found:
                shared.strv_env_clean_with_callback(found, None, None)
                index = 0
                while found[index]:
                    name, value = found[index].split(b'=', 1)
                    print(name.decode() + '=' + value.hex())
                    index += 1
            os.close(file)
            print('.')
        """

    private static let generator = "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator"

    /// The program that gives the user's systemd its environment. It prints values that need no quotes as they are.
    static let environmentGenerator = Consumer(
        name: "systemd's generator for environment.d",
        command: [
            "python3", "-c",
            """
            import os, shutil, subprocess, sys, tempfile
            with tempfile.TemporaryDirectory() as home:
                os.mkdir(home + '/environment.d')
                shutil.copy(sys.argv[1], home + '/environment.d/sample.conf')
                environment = {'XDG_CONFIG_HOME': home, 'HOME': '/nonexistent'}
                output = subprocess.run(['\(generator)'], env=environment, stdout=subprocess.PIPE, check=True).stdout
            for line in output.splitlines():
                name, value = line.split(b'=', 1)
                print(name.decode() + '=' + value.hex())
            """, "FILE",
        ],
        probe: ["test", "-x", generator], output: .hex)

    /// The function of systemd that reads one file of environment.d, called in its private library; empty variables, which the manager
    /// drops, are left out.
    static let mergeEnvFile = Consumer(
        name: "systemd merge_env_file",
        command: ["python3", "-c", mergeScript, "FILE"], probe: ["python3", "-c", mergeScript, "/dev/null"], output: .hex,
        takesManyFiles: true)

    private static let mergeScript = """
        import ctypes, glob, sys
        shared = ctypes.CDLL(glob.glob('/usr/lib/*/systemd/libsystemd-shared-*.so')[0])
        for path in sys.argv[1:]:
            found = ctypes.POINTER(ctypes.c_char_p)()
            if shared.merge_env_file(ctypes.byref(found), None, path.encode()) < 0: print('!')
            elif found:
                index = 0
                while found[index]:
                    name, value = found[index].split(b'=', 1)
                    if value: print(name.decode() + '=' + value.hex())
                    index += 1
            print('.')
        """
}

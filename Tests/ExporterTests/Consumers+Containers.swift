extension Consumer {
    /// `docker create --env-file` against a socket that records what it is asked for. No engine takes part.
    static let docker = Consumer(
        name: "docker --env-file", command: ["python3", "-c", dockerScript, "FILE"], probe: ["python3", "-c", dockerScript], output: .hex,
        takesManyFiles: true)

    /// `config` of Compose 2, one service for each file.
    static let compose = Consumer(
        name: "docker compose", command: ["python3", "-c", composeScript, "FILE"], probe: ["python3", "-c", composeScript], output: .hex,
        takesManyFiles: true)

    /// Without files it only looks for the program. All files go into one call, with a marker after each; if that fails, one by one.
    private static let dockerScript = """
        import http.server, json, os, shutil, socketserver, subprocess, sys, tempfile, threading
        if not shutil.which('docker'): sys.exit(1)
        requests = []
        class Recorder(http.server.BaseHTTPRequestHandler):
            def answer(self, body):
                self.send_response(201 if self.command == 'POST' else 200)
                self.send_header('Content-Length', str(len(body)))
                self.send_header('Content-Type', 'application/json')
                self.end_headers()
                if self.command != 'HEAD': self.wfile.write(body)
            def do_HEAD(self): self.answer(b'')
            def do_GET(self): self.answer(b'{}')
            def do_POST(self):
                requests.append(json.loads(self.rfile.read(int(self.headers['Content-Length']))))
                self.answer(b'{"Id":"recorded","Warnings":[]}')
            def log_message(self, *arguments): pass
            def address_string(self): return 'socket'
        with tempfile.TemporaryDirectory() as home:
            server = socketserver.ThreadingUnixStreamServer(home + '/socket', Recorder)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            marker = home + '/marker'
            open(marker, 'w').write('.=\\n')
            def create(files):
                requests.clear()
                words = [word for file in files for word in ('--env-file', file, '--env-file', marker)]
                result = subprocess.run(['docker', '-H', 'unix://' + home + '/socket', 'create'] + words + ['image'],
                    env={'PATH': os.environ['PATH'], 'HOME': home, 'DOCKER_API_VERSION': '1.41'}, capture_output=True)
                return requests[0]['Env'] if result.returncode == 0 else None
            environment = create(sys.argv[1:])
            if environment is None:
                environment = []
                for file in sys.argv[1:]: environment += create([file]) or ['!', '.=']
            for entry in environment or []:
                name, equals, value = entry.partition('=')
                if entry == '.=' or entry == '!': print(name)
                elif equals: print(name + '=' + value.encode().hex())
        """

    private static let composeScript = """
        import json, os, shutil, subprocess, sys
        def has2(command):
            if not shutil.which(command[0]): return False
            found = subprocess.run(command + ['version', '--short'], capture_output=True)
            return found.returncode == 0 and found.stdout.decode().strip().lstrip('v')[:2] not in ('', '1.')
        command = next((c for c in (['docker-compose'], ['docker', 'compose']) if has2(c)), None)
        if not command: sys.exit(1)
        def config(files):
            services = {'s%d' % i: {'image': 'i', 'env_file': [file]} for i, file in enumerate(files)}
            result = subprocess.run(command + ['-f', '-', '--project-directory', os.path.dirname(files[0]), '-p', 'p', 'config',
                '--format', 'json'], input=json.dumps({'services': services}).encode(), capture_output=True)
            if result.returncode: return None
            found = json.loads(result.stdout)['services']
            return [found['s%d' % i].get('environment') or {} for i in range(len(files))]
        files = sys.argv[1:]
        found = (config(files) if files else None) or [(config([file]) or [None])[0] for file in files]
        for environment in found:
            for name, value in (environment or {}).items():
                if value is not None: print(name + '=' + value.replace('$$', '$').encode('utf-8', 'surrogatepass').hex())
            if environment is None: print('!')
            print('.')
        """
}

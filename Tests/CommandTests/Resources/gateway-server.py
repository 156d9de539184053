"""A server on loopback with the contract of Cloudflare AI Gateway and of providers, which writes down what it was sent.

    gateway-server.py LOG CONFIGURATION

The port is the first line of standard output. LOG gets a JSON object on a line for each request. CONFIGURATION is JSON, read again for each
request: `providers` has the keys that each accepts, `gateways` has by their names the settings of each:

    authenticated, token    whether requests must have cf-aig-authorization, and which
    stored                  provider's slug -> alias -> key
    byok_only, credit       whether only stored keys count; whether Cloudflare would pay
    limited                 whether it has had too many requests

Addresses:

    /v1/ACCOUNT/GATEWAY/SLUG/…    the gateway; SLUG is a provider's, or compat
    /direct/PROVIDER/…            the provider itself
    /-/ack/NAME                   a client has got one more event of the stream NAME

What a provider answers is in provider_answers.py.
"""

import hashlib
import http.server
import json
import sys
import threading
import urllib.parse

sys.dont_write_bytecode = True
import provider_answers

# Slugs, and those of them for which Cloudflare pays if it is asked to.
SLUGS = {"openai", "anthropic", "google-ai-studio", "workers-ai", "groq", "mistral", "grok"}
UNIFIED = {"openai", "anthropic", "google-ai-studio", "groq", "grok"}
PLACES = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
lock = threading.Lock()


class Refusal(Exception):
    """The gateway's own error: a status, a code and a message."""


def provider_key(headers):
    for name in PLACES:
        if headers.get(name):
            return headers[name].removeprefix("Bearer ")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.answer()

    do_POST = do_DELETE = do_GET

    def answer(self):
        body = self.read_body()
        path = urllib.parse.urlsplit(self.path).path
        parts = path.split("/")[1:]
        if parts[:2] == ["-", "ack"]:
            provider_answers.acknowledge(parts[2])
            return self.send(204, [], b"")
        with open(sys.argv[2]) as file:
            self.configuration = json.load(file)
        self.extra = []
        self.record = {
            "method": self.command,
            "path": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode("latin-1") if len(body) <= 65536 else "",
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "credential": "none",
        }
        try:
            if parts[0] == "v1" and len(parts) > 3:
                provider, operation, body, key = self.through_gateway(parts[2], parts[3], "/".join(parts[4:]), body)
            else:
                provider, operation, key = parts[1], "/".join(parts[2:]), provider_key(self.headers)
                self.record["credential"] = "request" if key else "none"
        except Refusal as refusal:
            self.write_record()
            return self.send_gateway_error(*refusal.args)
        self.write_record()
        accepted = key in self.configuration["providers"].get(provider, [])
        provider_answers.answer(self, provider, operation.removeprefix("v1/"), body, key, accepted)

    def through_gateway(self, name, slug, operation, body):
        """Which provider is asked for what, and with which key."""
        gateway = self.configuration["gateways"].get(name)
        if gateway is None:
            raise Refusal(400, 2001, "Please configure AI Gateway in the Cloudflare dashboard")
        if gateway.get("authenticated"):
            if self.headers.get("cf-aig-authorization") != "Bearer " + gateway["token"]:
                raise Refusal(401, 2009, "Unauthorized")
        if gateway.get("limited"):
            raise Refusal(429, 2003, "Rate limited")
        if slug == "compat":
            document = json.loads(body) if body else {}
            slug, _, model = document.get("model", "").partition("/")
            if operation != "chat/completions" or slug not in SLUGS:
                raise Refusal(400, 2008, "Invalid provider")
            body = json.dumps({**document, "model": model}).encode()
        elif slug not in SLUGS:
            raise Refusal(400, 2008, "Invalid provider")
        key, self.record["credential"] = self.choose(gateway, slug)
        self.extra = [
            ("cf-aig-log-id", "01LOG"), ("cf-aig-request-id", "01REQ"), ("cf-aig-cache-status", "MISS"), ("cf-aig-step", "0"),
            ("cf-aig-provider", slug),
        ]
        return slug, operation, body, key

    def choose(self, gateway, slug):
        """The key of the request, else a stored one, else Cloudflare's own."""
        if key := provider_key(self.headers):
            return key, "request"
        stored = gateway.get("stored", {}).get(slug, {})
        alias = self.headers.get("cf-aig-byok-alias", "default")
        if alias in stored:
            return stored[alias], "stored:" + alias
        if alias != "default":
            raise Refusal(400, 2040, "No credential with that alias")
        if gateway.get("byok_only") or self.headers.get("cf-aig-no-wholesale") == "true" or slug not in UNIFIED:
            raise Refusal(400, 2041, "No provider credentials")
        if not gateway.get("credit"):
            raise Refusal(402, 2021, "Insufficient balance: add credit or use your own key")
        return self.configuration["providers"][slug][0], "unified"

    def send_gateway_error(self, status, code, message):
        error = [{"code": code, "message": message}]
        envelope = {
            "success": False, "result": [], "messages": [], "error": error, "name": "AiGatewayError", "httpCode": status,
            "internalCode": code, "message": message, "description": message,
        }
        self.send(status, [("content-type", "application/json")], json.dumps(envelope).encode())

    def write_record(self):
        with lock, open(sys.argv[1], "a") as log:
            log.write(json.dumps(self.record) + "\n")

    # The wire.

    def read_body(self):
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        return body

    def send(self, status, headers, body):
        self.begin(status, headers + [("content-length", str(len(body)))] if status != 204 else headers)
        self.wfile.write(body)

    def begin(self, status, headers):
        self.send_response(status)
        for name, value in headers + self.extra if hasattr(self, "extra") else headers:
            self.send_header(name, value)
        # Servers set cookies, which are nobody's but the proxy's.
        self.send_header("set-cookie", "__cf_bm=cookie-of-the-server; Secure; HttpOnly")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_):
        # Clients may go away.
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()

"""A server on loopback that answers like a provider, and writes down what it was sent.

    model-server.py LOG

The port is the first line of standard output. A path that begins with /STATUS/ gets that status, /redirect/ a redirect to /v1/…; any other
gets an answer of the shape of chat completions and messages at once. LOG gets a JSON object on a line for each request.
"""

import http.server
import json
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        request = {
            "method": self.command,
            "path": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode(),
        }
        with open(sys.argv[1], "a") as log:
            log.write(json.dumps(request) + "\n")
        first = self.path.split("/")[1]
        status = int(first) if first.isdigit() else 307 if first == "redirect" else 200
        message = {"role": "assistant", "content": "forty-two"}
        answer = json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "type": "message",
                "role": "assistant",
                "content": [{"type": "text", "text": "forty-two"}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 1, "output_tokens": 1},
            }
        ).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        if status == 307:
            self.send_header("location", "/v1" + self.path)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()

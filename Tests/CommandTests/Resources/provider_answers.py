"""What providers answer: their chat, streams, lists and errors, as their own libraries expect them.

The model's name says what happens:

    error-STATUS              that error
    echo-STATUS               that error, with the key in its text
    final-STATUS              that error, with x-should-retry: false
    flaky-COUNT-STATUS[-…]    that error so many times, then an answer
    later-COUNT-STATUS[-…]    the same, with x-should-retry: true
    zipped                    an answer in gzip, if the client takes that
    acked-NAME                a stream whose next event is sent when the one before has been acknowledged
    echo-stream               a stream with the key in it, in two parts
"""

import base64
import gzip
import json
import struct
import threading

WORDS = ["forty", "-", "two"]
TEXT = "".join(WORDS)
ERRORS = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error",
    500: "api_error", 529: "overloaded_error",
}
counts = {}
acknowledged = {}
change = threading.Condition()


def acknowledge(name):
    with change:
        acknowledged[name] = acknowledged.get(name, 0) + 1
        change.notify_all()


def answer(handler, provider, operation, body, key, accepted):
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        return error(handler, provider, 400, "We could not parse the JSON body")
    if not accepted:
        # As much of the key as OpenAI shows.
        return error(handler, provider, 401, "Incorrect API key provided: %s" % (key[:3] + "..." + key[-4:] if key else "none"))
    model = document.get("model", "") if isinstance(document, dict) else ""
    kind, _, rest = model.partition("-")
    words = rest.split("-")
    if kind in ("error", "echo", "final") and words[0].isdigit():
        return error(
            handler, provider, int(words[0]), "on demand" + (": " + key if kind == "echo" else ""),
            [("x-should-retry", "false")] if kind == "final" else [])
    if kind in ("flaky", "later"):
        with change:
            counts[model] = counts.get(model, 0) + 1
            is_over = counts[model] > int(words[0])
        if not is_over:
            return error(handler, provider, int(words[1]), "on demand", [("x-should-retry", "true")] if kind == "later" else [])
    shapes = ANTHROPIC if provider == "anthropic" else GOOGLE if provider == "google-ai-studio" else OPENAI
    for name, make in shapes.items():
        if operation == name or (name.startswith(":") and operation.endswith(name)) or (name == "@" and operation.startswith("@")):
            if provider == "anthropic" and not handler.headers.get("anthropic-version"):
                return error(handler, provider, 400, "anthropic-version: header is required")
            made = make(document, model)
            if isinstance(made, list):
                return stream(handler, made, model, key)
            return send_json(handler, 200, made, model)
    error(handler, provider, 404, "no such operation")


def send_json(handler, status, document, model="", headers=[]):
    body = json.dumps(document).encode()
    headers = headers + [("content-type", "application/json"), ("x-request-id", "req_1"), ("request-id", "req_1")]
    if model == "zipped" and "gzip" in handler.headers.get("accept-encoding", ""):
        body = gzip.compress(body)
        headers.append(("content-encoding", "gzip"))
    handler.send(status, headers, body)


def error(handler, provider, status, message, headers=[]):
    kind = ERRORS.get(status, "api_error")
    if provider == "anthropic":
        document = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    elif provider == "google-ai-studio":
        document = {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}
    else:
        code = "invalid_api_key" if status == 401 else None
        document = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    # A client waits no longer than this before it tries again.
    headers = headers + ([("retry-after", "1"), ("retry-after-ms", "20")] if status in (429, 500, 529) else [])
    send_json(handler, status, document, headers=headers)


def stream(handler, events, model, key):
    """Sends events in chunks of their own. `None` ends the list as OpenAI does."""
    handler.begin(
        200, [("content-type", "text/event-stream; charset=utf-8"), ("transfer-encoding", "chunked"), ("x-request-id", "req_1")])

    def write(data):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        handler.wfile.flush()

    name = model.removeprefix("acked-") if model.startswith("acked-") else None
    for number, (event, data) in enumerate(events):
        if name is not None:
            with change:
                # Whoever holds events back ends the stream here.
                if not change.wait_for(lambda: acknowledged.get(name, 0) >= number, timeout=30):
                    break
        text = data if isinstance(data, str) else json.dumps(data)
        write(((f"event: {event}\n" if event else "") + f"data: {text}\n\n").encode())
    if model == "echo-stream":
        write(f": {key[:9]}".encode())
        write(f"{key[9:]}\n\n".encode())
    handler.wfile.write(b"0\r\n\r\n")


# OpenAI's shapes.

def chat(document, model):
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    if not document.get("stream"):
        message = {"role": "assistant", "content": TEXT, "refusal": None}
        return {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}], "usage": usage,
        }

    def chunk(delta, reason=None, **more):
        return (None, {
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more})

    chunks = [chunk({"role": "assistant", "content": ""})] + [chunk({"content": word}) for word in WORDS] + [chunk({}, "stop")]
    if (document.get("stream_options") or {}).get("include_usage"):
        last = chunk({}, usage=usage)
        last[1]["choices"] = []
        chunks.append(last)
    return chunks + [(None, "[DONE]")]


def responses(document, model):
    def response(status, output):
        usage = {
            "input_tokens": 7, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}, "output_tokens": 3,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 10,
        }
        return {
            "id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": model, "output": output, "error": None,
            "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True, "temperature": 1, "top_p": 1,
            "tool_choice": "auto", "tools": [], "usage": usage if status == "completed" else None,
        }

    part = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
    output = [{"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]}]
    if not document.get("stream"):
        return response("completed", output)
    events = [{"type": "response.created", "response": response("in_progress", [])}]
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    events += [{"type": "response.output_text.delta", "delta": word, "logprobs": [], **place} for word in WORDS]
    events += [{"type": "response.completed", "response": response("completed", output)}]
    return [(event["type"], {**event, "sequence_number": number}) for number, event in enumerate(events)]


def embeddings(document, model):
    inputs = document["input"] if isinstance(document["input"], list) else [document["input"]]
    vector = [0.5, -1.0, 2.0]
    value = base64.b64encode(struct.pack("<3f", *vector)).decode() if document.get("encoding_format") == "base64" else vector
    return {
        "object": "list", "data": [{"object": "embedding", "index": n, "embedding": value} for n in range(len(inputs))], "model": model,
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    }


def openai_models(document, model):
    return {"object": "list", "data": [{"id": name, "object": "model", "created": 1, "owned_by": "x"} for name in ("gpt-4o", "gpt-5")]}


def workers_run(document, model):
    return {"result": {"response": TEXT}, "success": True, "errors": [], "messages": []}


OPENAI = {
    "chat/completions": chat, "responses": responses, "embeddings": embeddings, "models": openai_models, "@": workers_run,
}


# Anthropic's shapes.

def messages(document, model):
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 1},
    }
    if not document.get("stream"):
        content = [{"type": "text", "text": TEXT}]
        return {**message, "content": content, "stop_reason": "end_turn", "usage": {"input_tokens": 7, "output_tokens": 3}}
    events = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    events += [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}} for word in WORDS]
    events += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    return [(event["type"], event) for event in events]


def anthropic_models(document, model):
    names = ["claude-sonnet-4-6", "claude-haiku-4-5"]
    data = [{"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in names]
    return {"data": data, "has_more": False, "first_id": names[0], "last_id": names[-1]}


ANTHROPIC = {"messages": messages, "messages/count_tokens": lambda *_: {"input_tokens": 7}, "models": anthropic_models}


# Google's shapes.

def generate(text):
    return {
        "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10},
    }


GOOGLE = {
    ":generateContent": lambda *_: generate(TEXT),
    ":streamGenerateContent": lambda *_: [(None, generate(word)) for word in WORDS],
    ":countTokens": lambda *_: {"totalTokens": 7},
}

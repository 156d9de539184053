"""Uses the real libraries of OpenAI and Anthropic, with the address and the key of the environment.

    sdk-clients.py LIBRARY OPERATION[=MODEL]...

LIBRARY is openai or anthropic. Prints a JSON object with what came of each operation, by its word. Variables beside the libraries' own:

    UNIX_SOCKET    where to connect to, instead of the address's host
    OWN            what the client sends in headers of its own, which are nobody else's
    ACKNOWLEDGE    the address at which an event of a stream is acknowledged before the next one is awaited
"""

import asyncio
import json
import os
import sys
import urllib.request

import httpx2

library, *operations = sys.argv[1:]
own = os.environ.get("OWN")
options = {}
if own:
    options["default_headers"] = {
        "cookie": "session=" + own, "cf-aig-authorization": "Bearer " + own, "cf-aig-metadata": json.dumps({"own": own}),
        "x-forwarded-for": own,
    }
socket = os.environ.get("UNIX_SOCKET")
if library == "openai":
    import openai as module

    Client, AsyncClient = module.OpenAI, module.AsyncOpenAI
else:
    import anthropic as module

    Client, AsyncClient = module.Anthropic, module.AsyncAnthropic
client = Client(**options, **({"http_client": httpx2.Client(transport=httpx2.HTTPTransport(uds=socket))} if socket else {}))
MODEL = {"openai": "gpt-4o", "anthropic": "claude-sonnet-4-6"}[library]
SAID = [{"role": "user", "content": "hi"}]


def acknowledge(model):
    if model.startswith("acked-"):
        address = os.environ["ACKNOWLEDGE"] + model.removeprefix("acked-")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, b"", timeout=30).close()


class OpenAI:
    def chat(self, model):
        raw = client.chat.completions.with_raw_response.create(model=model, messages=SAID)
        answer = raw.parse()
        return {
            "text": answer.choices[0].message.content, "tokens": answer.usage.total_tokens, "request": answer._request_id,
            "retries": raw.retries_taken, "cookie": raw.headers.get("set-cookie"), "log": raw.headers.get("cf-aig-log-id"),
        }

    def stream(self, model):
        words, events, tokens = [], 0, None
        with client.chat.completions.create(
                model=model, messages=SAID, stream=True, stream_options={"include_usage": True}) as chunks:
            for chunk in chunks:
                events += 1
                words += [choice.delta.content for choice in chunk.choices if choice.delta.content]
                tokens = chunk.usage.total_tokens if chunk.usage else tokens
                acknowledge(model)
        return {"text": "".join(words), "events": events, "tokens": tokens}

    def leave(self, model):
        with client.chat.completions.create(model=model, messages=SAID, stream=True) as chunks:
            next(iter(chunks))
        return {"text": "left"}

    def responses(self, model):
        answer = client.responses.create(model=model, input="hi")
        return {"text": answer.output_text, "tokens": answer.usage.total_tokens}

    def responses_stream(self, model):
        words, kinds = [], []
        with client.responses.create(model=model, input="hi", stream=True) as events:
            for event in events:
                kinds.append(event.type)
                words += [event.delta] if event.type == "response.output_text.delta" else []
                acknowledge(model)
        return {"text": "".join(words), "events": len(kinds), "last": kinds[-1]}

    def embeddings(self, model):
        answer = client.embeddings.create(model=model, input=["a", "b"])
        return {"count": len(answer.data), "vector": answer.data[0].embedding}

    def models(self, model):
        return {"names": [each.id for each in client.models.list()]}

    def asynchronous(self, model):
        async def ask():
            async with AsyncClient(**options) as client:
                answers = await asyncio.gather(*[
                    client.chat.completions.create(model=model, messages=SAID) for _ in range(20)])
                words = []
                async for chunk in await client.chat.completions.create(model=model, messages=SAID, stream=True):
                    words += [choice.delta.content for choice in chunk.choices if choice.delta.content]
                return {"text": "".join(words), "answers": [answer.choices[0].message.content for answer in answers]}

        return asyncio.run(ask())


class Anthropic:
    def messages(self, model):
        raw = client.messages.with_raw_response.create(model=model, max_tokens=9, messages=SAID)
        answer = raw.parse()
        return {
            "text": answer.content[0].text, "tokens": answer.usage.output_tokens, "request": answer._request_id,
            "retries": raw.retries_taken, "cookie": raw.headers.get("set-cookie"), "log": raw.headers.get("cf-aig-log-id"),
            "version": client.default_headers.get("anthropic-version"),
        }

    def stream(self, model):
        kinds = []
        with client.messages.create(model=model, max_tokens=9, messages=SAID, stream=True) as events:
            for event in events:
                kinds.append(event.type)
                acknowledge(model)
        return {"events": len(kinds), "last": kinds[-1]}

    def text_stream(self, model):
        with client.messages.stream(model=model, max_tokens=9, messages=SAID) as stream:
            words = list(stream.text_stream)
            message = stream.get_final_message()
        return {"text": "".join(words), "final": message.content[0].text, "tokens": message.usage.output_tokens}

    def leave(self, model):
        with client.messages.create(model=model, max_tokens=9, messages=SAID, stream=True) as events:
            next(iter(events))
        return {"text": "left"}

    def count_tokens(self, model):
        return {"tokens": client.messages.count_tokens(model=model, messages=SAID).input_tokens}

    def models(self, model):
        return {"names": [each.id for each in client.models.list()]}

    def beta(self, model):
        answer = client.beta.messages.create(model=model, max_tokens=9, messages=SAID, betas=["context-1m-2025-08-07"])
        return {"text": answer.content[0].text}

    def asynchronous(self, model):
        async def ask():
            async with AsyncClient(**options) as client:
                answers = await asyncio.gather(*[
                    client.messages.create(model=model, max_tokens=9, messages=SAID) for _ in range(20)])
                async with client.messages.stream(model=model, max_tokens=9, messages=SAID) as stream:
                    words = [word async for word in stream.text_stream]
                return {"text": "".join(words), "answers": [answer.content[0].text for answer in answers]}

        return asyncio.run(ask())


results = {}
performer = {"openai": OpenAI, "anthropic": Anthropic}[library]()
for operation in operations:
    name, _, model = operation.partition("=")
    try:
        results[operation] = getattr(performer, name)(model or MODEL)
    except module.APIError as error:
        response = getattr(error, "response", None)
        results[operation] = {
            "error": type(error).__name__, "status": getattr(error, "status_code", None), "message": str(error),
            "body": getattr(error, "body", None), "code": getattr(error, "code", None),
            "headers": dict(response.headers) if response is not None else {},
        }
print(json.dumps(results))

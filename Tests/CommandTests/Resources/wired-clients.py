"""Makes the request that a wired program would make, from its configuration as its documentation says it is read.

    wired-clients.py SYSTEM CONFIGURATION PORT [EXEC-SCRIPT]

The host of the address is replaced by this machine; everything else of the request is the program's. Real parsers read the configuration:
JSON5's own for node, PyYAML, tomllib, python-dotenv.
"""
import http.client, json, os, re, subprocess, sys, tomllib, urllib.parse

system, path, port = sys.argv[1:4]


def send(url, headers):
    parts = urllib.parse.urlsplit(url)
    assert parts.scheme == "https" and parts.netloc in ("gateway.ai.cloudflare.com", "api.cloudflare.com", "api.openai.com"), "address"
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    connection.request("POST", parts.path, body="{}", headers={**headers, "x-host": parts.netloc})
    assert connection.getresponse().status == 200


def openclaw():
    import dotenv

    text = subprocess.run(
        ["node", "-e", "console.log(JSON.stringify(require('json5').parse(require('fs').readFileSync(process.argv[1], 'utf8'))))", path],
        check=True, capture_output=True, env={**os.environ, "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}).stdout
    variables = dotenv.dotenv_values(os.path.join(os.path.dirname(path), ".env"), interpolate=False)

    def fill(value):
        if isinstance(value, dict): return {key: fill(inner) for key, inner in value.items()}
        if isinstance(value, list): return [fill(inner) for inner in value]
        if not isinstance(value, str): return value
        return re.sub(r"(?<!\$)\$\{([A-Z_][A-Z0-9_]*)\}", lambda found: variables[found[1]], value)

    config = fill(json.loads(text))
    name, model = config["agents"]["defaults"]["model"]["primary"].split("/", 1)
    provider = config["models"]["providers"][name]
    assert any(entry["id"] == model and entry["name"] for entry in provider["models"]), "no such model"
    key = provider["apiKey"]
    if isinstance(key, dict):
        assert set(key) == {"source", "provider", "id"} and key["source"] == "exec"
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./:-]{0,255}", key["id"])
        helper = config["secrets"]["providers"][key["provider"]]
        assert set(helper) <= {"source", "command", "args", "passEnv", "env", "timeoutMs", "noOutputTimeoutMs", "maxOutputBytes", "jsonOnly"}
        info = os.lstat(helper["command"])
        assert os.path.isabs(helper["command"]) and not os.path.islink(helper["command"])
        assert info.st_uid == os.getuid() and not info.st_mode & 0o022
        environment = {name: os.environ[name] for name in helper.get("passEnv", []) if name in os.environ}
        answer = json.loads(subprocess.run(
            ["node", sys.argv[4], helper["command"], json.dumps(helper["args"]), json.dumps(environment), key["id"]],
            check=True, capture_output=True).stdout)
        key = answer["values"][key["id"]]
    headers = dict(provider.get("headers", {}))
    ends = {"anthropic-messages": "/v1/messages", "openai-completions": "/chat/completions", "openai-responses": "/responses"}
    if provider["api"] == "anthropic-messages" and not provider.get("authHeader"):
        headers["x-api-key"] = key
    else:
        headers["authorization"] = "Bearer " + key
    send(provider["baseUrl"] + ends[provider["api"]], headers)


def loong():
    with open(path, "rb") as file: config = tomllib.load(file)
    provider = config["providers"][config["active_provider"]]
    key = provider["api_key"]
    if "exec" in key:
        key = subprocess.run(key["exec"], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=5).stdout.decode().rstrip("\r\n")
    else:
        key = os.environ[key["env"]].strip()
    headers = dict(provider.get("headers", {}))
    defaults = {"cloudflare_ai_gateway": ("https://none", "/chat/completions"), "anthropic": ("https://api.anthropic.com", "/v1/messages"),
                "openai": ("https://api.openai.com", "/v1/chat/completions")}
    base, end = defaults[provider["kind"]]
    headers["x-api-key" if provider["kind"] == "anthropic" else "authorization"] = key if provider["kind"] == "anthropic" else "Bearer " + key
    send(provider.get("base_url", base) + provider.get("chat_completions_path", end), headers)


def docker_agent():
    import yaml

    variables = {}
    with open(os.environ["ENV_FILE"]) as file:
        for line in file:
            line = line.strip()
            if not line or line.startswith("#"): continue
            name, value = line.split("=", 1)
            value = value.strip()
            variables.setdefault(name.strip(), value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value)
    with open(path) as file: config = yaml.safe_load(file)
    known = {"provider", "api_type", "base_url", "token_key", "provider_opts"}
    assert set(config) <= {"version", "agents", "models", "providers", "metadata"}
    name, model = config["agents"]["root"]["model"].split("/", 1)
    provider = config["providers"][name]
    assert set(provider) <= known and model
    headers = {key: value for key, value in provider.get("provider_opts", {}).get("http_headers", {}).items() if isinstance(value, str)}
    headers["authorization"] = "Bearer " + variables[provider["token_key"]]
    send(provider["base_url"] + {"openai_chatcompletions": "/chat/completions", "openai_responses": "/responses"}[provider["api_type"]], headers)


def claude_code():
    with open(path) as file: settings = json.load(file)
    environment = {**os.environ, **settings.get("env", {})}
    key = environment.get("ANTHROPIC_API_KEY")
    headers = {}
    if key:
        headers["x-api-key"] = key
    elif "apiKeyHelper" in settings:
        key = subprocess.run(
            ["/bin/sh", "-c", settings["apiKeyHelper"]], check=True, capture_output=True, env=environment).stdout.decode().strip()
        headers.update({"x-api-key": key, "authorization": "Bearer " + key})
    for line in environment.get("ANTHROPIC_CUSTOM_HEADERS", "").splitlines():
        name, value = line.split(": ", 1)
        headers[name] = value
    send(environment.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com") + "/v1/messages", headers)


def codex():
    with open(path, "rb") as file: config = tomllib.load(file)
    provider = config["model_providers"][config["model_provider"]]
    assert provider["wire_api"] == "responses" and not ("auth" in provider and "env_key" in provider)
    headers = dict(provider.get("http_headers", {}))
    if "auth" in provider:
        auth = provider["auth"]
        key = subprocess.run([auth["command"], *auth["args"]], check=True, capture_output=True, timeout=5).stdout.decode().strip()
        headers["authorization"] = "Bearer " + key
    elif "env_key" in provider:
        headers["authorization"] = "Bearer " + os.environ[provider["env_key"]]
    for name, variable in provider.get("env_http_headers", {}).items():
        if os.environ.get(variable, "").strip(): headers[name] = os.environ[variable]
    send(provider["base_url"] + "/responses", headers)


{"fased": openclaw, "genesis": openclaw, "openclaw": openclaw, "loong": loong, "docker-agent": docker_agent, "claude-code": claude_code,
 "codex": codex}[system]()

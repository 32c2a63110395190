"""Drives a server with the official OpenAI Python SDK.

    sdk_test.py fake PROGRAM            the servers of fake_server.cpp: contents are checked exactly
    sdk_test.py serve HEARTH_CLI        `hearth-cli serve` with the starter model: forms are checked, not the contents
Exits 77 where the SDK or the model is missing.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

try:
    import openai
    from openai import AsyncOpenAI, OpenAI
except ImportError:
    print("SKIPPED: the OpenAI SDK is not installed (packaging/sdk-venv.sh)")
    sys.exit(77)

USER = [{"role": "user", "content": "Hello"}]
# Loopback traffic must not go through a proxy of the environment.
for name in list(os.environ):
    if name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
        del os.environ[name]


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def raises(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


def gauge(base, name):
    with urllib.request.urlopen(base.removesuffix("/v1") + "/metrics", timeout=60) as page:
        return float(re.search(rf"^hearth:{name}{{[^}}]*}} (\S+)$", page.read().decode(), re.M).group(1))


def wait_idle(base):
    for _ in range(2400):
        if gauge(base, "num_requests_running") == 0 and gauge(base, "num_requests_waiting") == 0:
            return
        time.sleep(0.05)
    raise AssertionError("the engine still works on a request whose client is gone")


def joined(stream):
    text, finish, usage = "", [], None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            if choice.finish_reason:
                finish.append(choice.finish_reason)
    return text, finish, usage


def test_models(client, model):
    models = client.models.list().data
    check([m.id for m in models] == [model], f"models are {models}")
    check(models[0].object == "model" and isinstance(models[0].created, int), "a model lacks fields")
    check(client.models.retrieve(model).id == model, "retrieve")
    raises(openai.NotFoundError, lambda: client.models.retrieve("nobody"))


def test_chat(client, model):
    options = dict(model=model, messages=USER, temperature=0, max_tokens=12)
    whole = client.chat.completions.create(**options)
    check(whole._request_id.startswith("req_"), "request id")
    check(whole.id.startswith("chatcmpl-") and whole.object == "chat.completion", "ids")
    choice = whole.choices[0]
    check(choice.message.role == "assistant" and choice.finish_reason in ("stop", "length"), "choice")
    text, finish, usage = joined(
        client.chat.completions.create(**options, stream=True, stream_options={"include_usage": True}))
    check(text == choice.message.content, f"streamed {text!r}, whole {choice.message.content!r}")
    check(finish == [choice.finish_reason], "finish reasons")
    check(usage.total_tokens == whole.usage.total_tokens, "usage differs between streamed and whole")
    several = client.chat.completions.create(**options, n=3)
    check([c.index for c in several.choices] == [0, 1, 2], "n")
    probabilities = client.chat.completions.create(**options, logprobs=True, top_logprobs=2).choices[0].logprobs
    check(len(probabilities.content[0].top_logprobs) == 2 and probabilities.content[0].logprob <= 0, "logprobs")
    seeds = [client.chat.completions.create(**{**options, "temperature": 1}, seed=7) for _ in range(2)]
    check(seeds[0].choices[0].message.content == seeds[1].choices[0].message.content, "seed")
    return choice.message.content


def test_completions(client, model):
    whole = client.completions.create(model=model, prompt="One two three", max_tokens=6, temperature=0)
    check(whole.object == "text_completion" and whole.id.startswith("cmpl-"), "completion")
    parts = client.completions.create(model=model, prompt="One two three", max_tokens=6, temperature=0, stream=True)
    check("".join(c.choices[0].text for c in parts if c.choices) == whole.choices[0].text, "streamed completion")
    echoed = client.completions.create(model=model, prompt="One two", max_tokens=2, echo=True, temperature=0)
    check(echoed.choices[0].text.startswith("One two"), "echo")


def test_errors(client, model):
    error = raises(openai.BadRequestError,
                   lambda: client.chat.completions.create(model=model, messages=USER, temperature=5))
    check(error.param == "temperature" and error.status_code == 400, f"{error}")
    error = raises(openai.NotFoundError, lambda: client.chat.completions.create(model="other", messages=USER))
    check(error.code == "model_not_found", f"{error}")
    raises(openai.BadRequestError, lambda: client.chat.completions.create(model=model, messages=[]))
    raises(openai.BadRequestError,
           lambda: client.chat.completions.create(model=model, messages=USER, stream=True, top_p=7))


async def test_concurrency(base, model):
    client = AsyncOpenAI(base_url=base, api_key="none", timeout=120)

    async def one(i):
        text = ""
        stream = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": f"Count from {i}"}], stream=True, max_tokens=24)
        async for chunk in stream:
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
        return text

    answers = await asyncio.gather(*(one(i) for i in range(16)))
    await client.close()
    return answers


def test_disconnects(base, model):
    client = OpenAI(base_url=base, api_key="none", max_retries=0, timeout=60)
    endless = dict(model=model, messages=USER, max_tokens=1500, extra_body={"ignore_eos": True})
    stream = client.chat.completions.create(**endless, stream=True)
    next(iter(stream))
    stream.close()
    wait_idle(base)
    raises(openai.APITimeoutError, lambda: client.with_options(timeout=0.15).chat.completions.create(**endless))
    wait_idle(base)


def common(base):
    client = OpenAI(base_url=base, api_key="none", timeout=120)
    model = client.models.list().data[0].id
    test_models(client, model)
    answer = test_chat(client, model)
    test_completions(client, model)
    test_errors(client, model)
    answers = asyncio.run(test_concurrency(base, model))
    test_disconnects(base, model)
    return client, model, answer, answers


def run_fake(program):
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        plain, keyed, failing = (process.stdout.readline().strip() for _ in range(3))
        client, model, answer, answers = common(plain)
        check(answer == "Hello", answer)
        check(answers == [f"Count from {i}" for i in range(16)], answers)
        cut = client.chat.completions.create(model=model, messages=USER, stop=["lo"])
        check(cut.choices[0].message.content == "Hel" and cut.choices[0].finish_reason == "stop", "stop")
        error = raises(openai.AuthenticationError, lambda: OpenAI(base_url=keyed, api_key="sk-no").models.list())
        check(error.code == "invalid_api_key", f"{error}")
        check(OpenAI(base_url=keyed, api_key="sk-test").models.list().data[0].id == model, "key")
        broken = OpenAI(base_url=failing, api_key="none", max_retries=0)
        error = raises(openai.APIError,
                       lambda: joined(broken.chat.completions.create(model=model, messages=USER, stream=True)))
        check("the device is gone" in str(error), f"{error}")
        raises(openai.InternalServerError, lambda: broken.chat.completions.create(model=model, messages=USER))
    finally:
        process.stdin.close()
        code = process.wait(timeout=120)
    check(code == 0, f"the servers ended with {code}")


def run_serve(program):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    model_path = os.path.join(cache, "hearth", "models", "SmolLM2-135M-Instruct.Q4_1.gguf")
    if not os.path.exists(model_path):
        print("SKIPPED: the starter model is not there (packaging/starter-model.sh)")
        sys.exit(77)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([program, "serve", "--model-path", model_path, "--port", str(port)])
    base = f"http://127.0.0.1:{port}/v1"
    try:
        for _ in range(1200):
            check(process.poll() is None, "the server ended early")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        _, _, answer, answers = common(base)
        check(len(answer) > 0 and all(answers), "empty answers")
    finally:
        process.terminate()
        code = process.wait(timeout=120)
    check(code == 0, f"the server ended with {code}")


if __name__ == "__main__":
    if sys.argv[1] == "fake":
        run_fake(sys.argv[2])
    else:
        run_serve(sys.argv[2])
    print("passed")

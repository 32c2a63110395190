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
from concurrent.futures import ThreadPoolExecutor

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


def gauge(base, key, name):
    request = urllib.request.Request(base.removesuffix("/v1") + "/metrics", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=60) as page:
        return float(re.search(rf"^hearth:{name}{{[^}}]*}} (\S+)$", page.read().decode(), re.M).group(1))


def wait_idle(base, key):
    for _ in range(2400):
        if gauge(base, key, "num_requests_running") == 0 and gauge(base, key, "num_requests_waiting") == 0:
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
    check(usage.completion_tokens == whole.usage.completion_tokens, "completion tokens differ")
    check(usage.prompt_tokens_details.cached_tokens >= 0, "cached tokens")
    several = client.chat.completions.create(**options, n=3)
    check([c.index for c in several.choices] == [0, 1, 2], "n")
    finished = []
    for chunk in client.chat.completions.create(**options, n=3, stream=True):
        finished += [c.index for c in chunk.choices if c.finish_reason]
    check(sorted(finished) == [0, 1, 2], f"streamed n: {finished}")
    probabilities = client.chat.completions.create(**options, logprobs=True, top_logprobs=2).choices[0].logprobs
    check(len(probabilities.content[0].top_logprobs) == 2 and probabilities.content[0].logprob <= 0, "logprobs")
    streamed = [entry for chunk in client.chat.completions.create(**options, logprobs=True, top_logprobs=2, stream=True)
                for c in chunk.choices if c.logprobs for entry in c.logprobs.content]
    check([e.token for e in streamed] == [e.token for e in probabilities.content], "streamed logprobs")
    hot = {**options, "temperature": 1, "max_tokens": 24}
    seeds = [client.chat.completions.create(**hot, seed=7).choices[0].message.content for _ in range(2)]
    check(seeds[0] == seeds[1], "seed")
    check(joined(client.chat.completions.create(**hot, seed=7, stream=True))[0] == seeds[0], "streamed seed")
    return choice.message.content


def test_stop(client, model):
    """A stop string out of the answer's own middle: the answer ends in front of it, streamed or not."""
    options = dict(model=model, messages=USER, temperature=0, max_tokens=12)
    text = client.chat.completions.create(**options).choices[0].message.content
    check(len(text) >= 4, f"too short to be cut: {text!r}")
    stop = text[2:4]
    for stops in (stop, [stop], ["never said", stop]):
        cut = client.chat.completions.create(**options, stop=stops).choices[0]
        check(cut.message.content == text[:text.find(stop)] and cut.finish_reason == "stop", f"stop: {cut}")
        streamed, finish, _ = joined(client.chat.completions.create(**options, stop=stops, stream=True))
        check(streamed == cut.message.content and finish == ["stop"], f"streamed stop: {streamed!r}")


def test_characters(client, model):
    """Characters of several bytes, which tokens split: whole when streamed, the same as when not."""
    text = "na\u00efve caf\u00e9 \u4f60\u597d \U0001f469\u200d\U0001f4bb \U0001f1eb\U0001f1f7"
    echoed = client.completions.create(model=model, prompt=text, max_tokens=1, echo=True, temperature=0)
    check(echoed.choices[0].text.startswith(text), f"echo: {echoed.choices[0].text!r}")
    options = dict(model=model, messages=[{"role": "user", "content": f"Repeat: {text}"}], max_tokens=48)
    for seed in range(3):
        hot = dict(options, temperature=1.5, seed=seed)
        whole = client.chat.completions.create(**hot).choices[0].message.content
        streamed, _, _ = joined(client.chat.completions.create(**hot, stream=True))
        check(streamed == whole, f"streamed {streamed!r}, whole {whole!r}")


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
    raises(openai.BadRequestError, lambda: client.completions.create(model=model, prompt="a", max_tokens=0))
    raises(openai.BadRequestError,
           lambda: client.chat.completions.create(model=model, messages=[{"role": "nobody", "content": "a"}]))
    error = raises(openai.BadRequestError, lambda: client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "word " * 200_000}]))
    check(error.code == "context_length_exceeded", f"{error}")
    error = raises(openai.AuthenticationError, lambda: client.with_options(api_key="sk-no").models.list()) \
        if client.api_key == "sk-test" else None
    check(error is None or error.code == "invalid_api_key", f"{error}")


def test_threads(client, model):
    """16 threads of one client, streamed and not: everyone gets the answer that it would get alone."""
    def one(i):
        options = dict(model=model, temperature=0, max_tokens=16,
                       messages=[{"role": "user", "content": f"Thread {i} speaks"}])
        if i % 2:
            return joined(client.chat.completions.create(**options, stream=True))[0]
        return client.chat.completions.create(**options).choices[0].message.content

    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(one, range(16)))
    for i in (0, 7, 15):
        check(one(i) == together[i], f"thread {i}: {together[i]!r}")


async def test_concurrency(base, key, model):
    client = AsyncOpenAI(base_url=base, api_key=key, timeout=120)

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


def test_disconnects(base, key, model):
    client = OpenAI(base_url=base, api_key=key, max_retries=0, timeout=60)
    endless = dict(model=model, messages=USER, max_tokens=1500, extra_body={"ignore_eos": True})
    stream = client.chat.completions.create(**endless, stream=True)
    next(iter(stream))
    stream.close()
    wait_idle(base, key)
    raises(openai.APITimeoutError, lambda: client.with_options(timeout=0.15).chat.completions.create(**endless))
    wait_idle(base, key)


def common(base, key="none"):
    client = OpenAI(base_url=base, api_key=key, timeout=120)
    model = client.models.list().data[0].id
    test_models(client, model)
    answer = test_chat(client, model)
    test_stop(client, model)
    test_characters(client, model)
    test_completions(client, model)
    test_errors(client, model)
    test_threads(client, model)
    answers = asyncio.run(test_concurrency(base, key, model))
    test_disconnects(base, key, model)
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
        common(keyed, "sk-test")
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
    process = subprocess.Popen([program, "serve", "--model-path", model_path, "--port", str(port),
                                "--api-keys", "sk-test"])
    base = f"http://127.0.0.1:{port}/v1"
    try:
        for _ in range(1200):
            check(process.poll() is None, "the server ended early")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        _, _, answer, answers = common(base, "sk-test")
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

#!/usr/bin/env python3
"""Compares logits on the GPU with PyTorch's, on a random model of about a billion parameters.

Makes a Llama model with bfloat16 weights with transformers, computes logits of eight prompts of up to 4096 tokens in
float32 (the reference), bfloat16 and float16 with transformers, then runs `hearth-cli logits --device cuda` on the same
ids. Errors are root mean squares of the difference to the reference, relative to the reference's own. Ends with 1 when
one of ours is more than 1.25 times PyTorch's in the same type, or when a token that we would choose is not the
reference's although its margin there is above the noise.

    tools/gpu_exactness.py --cli build/release/bin/hearth-cli
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import torch
import transformers

LENGTHS = [7, 64, 200, 512, 1000, 2048, 3000, 4096]
MOST_RATIO = 1.25
BEGAN = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - BEGAN:5.1f} s] {text}", flush=True)


def make_model(folder, small):
    sizes = dict(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, num_attention_heads=32,
                 num_key_value_heads=8)
    if small:
        sizes = dict(hidden_size=256, intermediate_size=512, num_hidden_layers=2, num_attention_heads=4,
                     num_key_value_heads=2)
    config = transformers.LlamaConfig(**sizes, head_dim=64, vocab_size=32000, max_position_embeddings=8192,
                                      rope_parameters={"rope_type": "default", "rope_theta": 500000.0},
                                      initializer_range=0.02, tie_word_embeddings=True, dtype="bfloat16")
    torch.manual_seed(1)
    model = transformers.LlamaForCausalLM(config).to(torch.bfloat16)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("norm.weight"):
                weight.copy_(torch.rand_like(weight) + 0.5)
            elif "q_proj" in name or "k_proj" in name:
                weight.mul_(1.5)  # attention that looks at some keys more than at others
    model.save_pretrained(folder)
    return sum(weight.numel() for weight in model.parameters())


def load_model(folder, dtype, device):
    # From the file: converting a model in place would round its rotary frequencies, too.
    return transformers.LlamaForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()


@torch.no_grad()
def torch_logits(model, prompts, positions):
    """Logits of the last positions of each prompt, float32 on the host."""
    out = []
    for ids in prompts:
        got = model(torch.tensor([ids], device=model.device), logits_to_keep=min(positions, len(ids)), use_cache=False)
        out.append(got.logits[0].float().cpu().numpy())
    return out


def hearth(cli, folder, prompts, dtype, device, extra):
    ids = pathlib.Path(folder) / "prompts"
    ids.write_text("".join(",".join(map(str, prompt)) + "\n" for prompt in prompts))
    raw = pathlib.Path(folder) / "logits"
    done = subprocess.run([cli, "logits", "--model-path", folder, "--device", device, "--dtype", dtype, "--ids-file",
                           str(ids), "--out", str(raw), *extra], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"hearth-cli logits ended with {done.returncode}: {done.stderr}")
    return numpy.fromfile(raw, dtype=numpy.float32), json.loads(done.stdout)["answers"]


def split(flat, like):
    out, at = [], 0
    for rows in like:
        out.append(flat[at:at + rows.size].reshape(rows.shape))
        at += rows.size
    if at != flat.size:
        sys.exit(f"hearth-cli wrote {flat.size} logits, expected {at}")
    return out


def error(got, reference):
    difference = numpy.sqrt(numpy.mean((got.astype(numpy.float64) - reference) ** 2))
    return difference / numpy.sqrt(numpy.mean(reference.astype(numpy.float64) ** 2))


def margins(rows):
    top = numpy.partition(rows, -2, axis=-1)[:, -2:]
    return top[:, 1] - top[:, 0]


def compare(name, ours, theirs, reference):
    """Prints a row for each prompt; true when all is well."""
    noise = 2 * numpy.quantile(numpy.abs(numpy.concatenate(theirs) - numpy.concatenate(reference)), 0.9999)
    decided = equal = 0
    for got, peer, true in zip(ours, theirs, reference):
        sure = margins(true) > noise
        decided += int(sure.sum())
        equal += int((got.argmax(-1) == true.argmax(-1))[sure].sum())
    all_ours, all_theirs = (error(numpy.concatenate(x), numpy.concatenate(reference)) for x in (ours, theirs))
    each = " ".join(f"{error(got, true) / error(peer, true):.2f}" for got, peer, true in zip(ours, theirs, reference))
    ratio = all_ours / all_theirs
    good = ratio <= MOST_RATIO and equal == decided
    largest = max(numpy.abs(got - true).max() for got, true in zip(ours, reference))
    say(f"{name}: error {all_ours:.3e}, PyTorch {all_theirs:.3e}, ratio {ratio:.3f} (by prompt {each}); "
        f"largest {largest:.3f}; choices equal {equal} of {decided} whose margin is above {noise:.3f}{'' if good else ': NOT WELL'}")
    return good


@torch.no_grad()
def greedy_agrees(name, model, prompts, answers, noise):
    """Whether each decoded token is the reference's choice after the same tokens, where that one is sure."""
    decided = equal = 0
    for ids, answer in zip(prompts, answers):
        tokens = answer["greedy"]
        both = torch.tensor([ids + tokens[:-1]], device=model.device)
        rows = model(both, logits_to_keep=len(tokens), use_cache=False).logits[0].float().cpu().numpy()
        sure = margins(rows) > noise
        decided += int(sure.sum())
        equal += int((rows.argmax(-1) == numpy.array(tokens))[sure].sum())
    say(f"{name}: decoded tokens equal {equal} of {decided} whose margin is above {noise:.3f}"
        f"{'' if equal == decided else ': NOT WELL'}")
    return equal == decided


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True, help="path of hearth-cli")
    parser.add_argument("--positions", type=int, default=32, help="last positions of each prompt that are compared")
    parser.add_argument("--greedy", type=int, default=32, help="tokens to decode after each prompt")
    parser.add_argument("--small", action="store_true", help="a tiny model, to try the tool itself")
    parser.add_argument("--device", default="cuda", help="of both programs")
    arguments = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    numbers = numpy.random.default_rng(2)
    prompts = [numbers.integers(0, 32000, length).tolist() for length in LENGTHS]
    short = prompts[:3]
    well = True
    with tempfile.TemporaryDirectory() as folder:
        with torch.device(arguments.device):
            size = make_model(folder, arguments.small)
        say(f"model of {size / 1e9:.2f} billion parameters")
        theirs = {}
        for name in ("bfloat16", "float16"):
            model = load_model(folder, getattr(torch, name), arguments.device)
            theirs[name] = torch_logits(model, prompts, arguments.positions)
        model = load_model(folder, torch.float32, arguments.device)
        reference = torch_logits(model, prompts, arguments.positions)
        say("reference done")
        for dtype in ("bfloat16", "float16"):
            noise = 2 * numpy.quantile(
                numpy.abs(numpy.concatenate(theirs[dtype]) - numpy.concatenate(reference)), 0.9999)
            last = ["--last", str(arguments.positions)]
            flat, answers = hearth(arguments.cli, folder, prompts, dtype, arguments.device,
                                   [*last, "--step", "2048", "--greedy", str(arguments.greedy)])
            well &= compare(f"{dtype}, prompts", split(flat, reference), theirs[dtype], reference)
            well &= greedy_agrees(f"{dtype}, greedy", model, prompts, answers, noise)
            flat, _ = hearth(arguments.cli, folder, short, dtype, arguments.device, [*last, "--step", "1"])
            well &= compare(f"{dtype}, token by token", split(flat, reference[:3]), theirs[dtype][:3], reference[:3])
    say("all is well" if well else "NOT WELL")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())

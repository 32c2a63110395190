#!/usr/bin/env python3
"""Hearth beside llama.cpp on the same GGUF files, in one run: alternating rounds, medians, ratios.

    tools/compare_llama.py --peer DIR --models A.gguf B.gguf [--threads 2] [--rounds 3] [--json OUT]

DIR holds llama-bench and llama-batched-bench, built by whoever compares. Absolute figures of a shared machine wander; the
ratios of one run are what counts. Decode is 128 tokens from an empty context, prefill 512 tokens, parallel 16 sequences of 128 in
and 128 out.
"""
import argparse
import json
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]


def run(command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, timeout=600).stdout


def peer_round(peer, model, threads):
    rows = json.loads(run([peer / "llama-bench", "-m", model, "-t", threads, "-p", 512, "-n", 128, "-r", 1, "-o", "json"]))
    speed = {("prefill" if row["n_prompt"] else "decode"): row["avg_ts"] for row in rows}
    out = run([peer / "llama-batched-bench", "-m", model, "-t", threads, "-c", 8192, "-npp", 128, "-ntg", 128, "-npl", 16,
               "--output-format", "jsonl"])
    line = next(json.loads(text) for text in out.splitlines() if text.startswith("{") and '"speed_tg"' in text)
    speed["parallel"] = line["speed_tg"]
    return speed


def our_round(program, model, threads):
    report = json.loads(run([program, "bench", model, "--threads", threads, "--prefill", 512, "--decode", 128, "--context", 0,
                             "--sequences", "1,16", "--device", "cpu", "--json"]))
    decode = {row["sequences"]: row for row in report["decode"]}
    return {"decode": decode[1]["tokens_per_s"], "prefill": report["prefill"][0]["tokens_per_s"],
            "parallel": decode[16]["tokens_per_s"], "share": decode[1]["share"], "read_gb_s": report["limits"]["read_gb_s"],
            "load_s": report["load"]["seconds"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/hearth-cli")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()

    report = []
    print("| model | what | llama.cpp tok/s | Hearth tok/s | ratio |\n|---|---|---|---|---|")
    for model in args.models:
        ours, peers = [], []
        for _ in range(args.rounds):
            peers.append(peer_round(args.peer, model, args.threads))
            ours.append(our_round(args.program, model, args.threads))
        middle = lambda rounds, key: statistics.median(row[key] for row in rounds)
        for what in ("decode", "prefill", "parallel"):
            a, b = middle(peers, what), middle(ours, what)
            print(f"| {model.stem} | {what} | {a:.1f} | {b:.1f} | {b / a:.2f} |", flush=True)
            report.append({"model": model.stem, "what": what, "peer": a, "hearth": b, "ratio": b / a})
        share, read, load = (middle(ours, key) for key in ("share", "read_gb_s", "load_s"))
        print(f"| {model.stem} | decode's share of the read stream ({read:.1f} GB/s) | | {100 * share:.0f} % | |")
        print(f"| {model.stem} | load | | {load:.2f} s | |", flush=True)
        report.append({"model": model.stem, "what": "share", "hearth": share, "read_gb_s": read, "load_s": load})
    if args.json:
        args.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

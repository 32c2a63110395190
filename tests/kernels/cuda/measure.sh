#!/usr/bin/env bash
# What to run first on a card, in about three minutes: correctness, then the figures that decide.
#   measure.sh DIR     DIR holds hearth-cli, libhearth_cuda.so and the kernels_cuda_*_test programs
set -u
bin=$(cd "${1:?folder of the programs}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shape() {  # name, hidden, intermediate, layers, heads, KV heads, head size, tied
  mkdir -p "$work/$1"
  cat > "$work/$1/config.json" <<X
{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": $2, "intermediate_size": $3,
 "num_hidden_layers": $4, "num_attention_heads": $5, "num_key_value_heads": $6, "head_dim": $7, "vocab_size": 128256,
 "max_position_embeddings": 16384, "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "hidden_act": "silu",
 "tie_word_embeddings": $8, "torch_dtype": "bfloat16", "bos_token_id": 128000, "eos_token_id": 128001}
X
}
shape llama-8b 4096 14336 32 32 8 128 false
shape llama-1b 2048 8192 16 32 8 64 true

echo "== correctness: every op, graphs against eager steps, two steps in flight"
for test in backend attention sampling; do
  timeout 60 "$bin/kernels_cuda_${test}_test" --gtest_brief=1 | tail -4
done
bench() {
  timeout 120 "$bin/hearth-cli" bench "$work/$1" --device cuda --dtype bfloat16 --load-format dummy "${@:2}"
}
echo "== host gap: step time of one sequence, graphs against eager; 8B"
bench llama-8b --rounds 1 --context 0 --sequences 1,8,16 --prefill 512,2048,8192 --throughput 128,256
echo "== contexts"
bench llama-8b --rounds 1 --context 2048,8192 --sequences 1 --prefill 512
echo "== 1B"
bench llama-1b --rounds 1 --context 0 --sequences 1 --prefill 2048 --throughput 64

#!/usr/bin/env python3
"""Trains tiny vocabularies of our own and writes reference ids for them.

    pip install tokenizers==0.23.* sentencepiece==0.2.*
    tools/make_tokenizer_goldens.py tests/data/tokenizers

Each folder holds the files of one tokenizer and cases.json: for every text of texts.json the ids with special tokens
recognised (`parsed`) and not (`plain`), and what the ids decode to where that is not the text itself. The reference is
the `tokenizers` library for tokenizer.json, and `sentencepiece` for tokenizer.model.
"""
import json
import random
import struct
import sys
from pathlib import Path

import sentencepiece
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + TAIL
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + TAIL
LOWER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
UPPER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
CASED = (LOWER + CONTRACTIONS + "?|" + UPPER + CONTRACTIONS + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SPACE = "\u2581"

CORPUS = """
The quick brown fox jumps over the lazy dog. It doesn't matter; we've seen 12345 foxes, they're all alike, I'm sure!
A window opens, a question is typed, the answer streams. "Where is the nearest harbour?" she asked; he'll know.
def main(argc: int, argv: list) -> None:\n    for i in range(10):\n        print(f"{i}: {i * i}")\n\treturn 0\n
Der schnelle braune Fuchs springt über den faulen Hund. Größe, Straße, Übung, schön. Où est le café ? L'été dernier.
El niño comió una manzana en España. Быстрая коричневая лиса перепрыгивает через ленивую собаку. Привет, мир!
Η γρήγορη καφέ αλεπού. שלום עולם. مرحبا بالعالم. नमस्ते दुनिया। สวัสดีชาวโลก. 안녕하세요 세계. こんにちは世界。
你好，世界！今天天气很好，我们去公园散步。机器学习模型在本地运行。 1 + 1 = 2; 3.14159; 2024-05-17; 100 000
😀 😃 👍🏽 🏳️‍🌈 👨‍👩‍👧‍👦 ✨   spaces    and\ttabs\t\tand lines\n\n\nend. <tag attr="x">text</tag> https://example.org/a?b=c&d=e
"""

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "äöüßéèêñçøåłżőđ", "αβγδεζηθλμπσω", "абвгдежзийклмно", "אבגדהוזחט", "ابتثجحخدذ", "कखगघचछजझािीुू्", "กขคงจฉชาำิีึ",
    "가각간갇갈한국어", "あいうえおアイウエオー", "的一是不了人我在有他这中大来上国", "𝒳𝔸𐍈𓀀", "٠١٢٣½¼²ⅷ①",
    "\u0301\u0300\u0323\u0327\u20dd\ufe0f\u200d", "😀😃🎉👍🏽🇩🇪🏳❤✨", "\u00a0\u2003\u3000\u2028\u0085\u200b\u180e\ufeff",
    "\x00\x01\x07\x1b\x7f\x1c", "ﬁﬀﬆſKÅΩﷺ가각힣", SPACE,
]
WORDS = CORPUS.split() + [
    "'s", "'LL", "'ſ", "don't", "WE'RE", "  ", "\n", "\n\n", "\r\n", "\t", " \n ", "    ", "   x", "1234567", "café",
    "cafe\u0301", "e\u0323\u0302", "\u1e0b\u0323", "<|end|>", "<|start|>", "<|user|>", "<tool>", " <strip> ", "<word>",
    "<|nope|>", "<s>", "</s>", "<unk>", "<0x41>", "[INST]", "<custom>", "ếnorm", "▁▁", "�",
]


def make_texts(count=300):
    rng = random.Random(20240517)
    texts = ["", " ", "  ", "\n", "\n\n\n", "\t", "a", "é", "😀", " a", "a ", "  a", "Hello world", "<|start|>", "<tool>",
             "a" * 70, " " * 70, "\n" * 40, "ab" * 40, "你" * 30, "😀" * 20, "1" * 17, "e" + "\u0301" * 20,
             "e" + "\u0301\u0316" * 12, "<|start|>user\nhi<|end|>", "<|start|><|start|>", "x<tool>y <tool> z",
             "a <strip> b", "<word>", "a<word>", " <word> ", "é<word>", "<word><word>", "<custom>", " <custom> x",
             "ếnorm", "e\u0302\u0301norm", "xếnormx", "[INST] hi [/INST] yes </s><s>[INST] no [/INST]"]
    while len(texts) < count:
        parts = []
        for _ in range(rng.randint(1, 7)):
            kind = rng.random()
            if kind < 0.4:
                parts.append(rng.choice(WORDS))
            elif kind < 0.9:
                alphabet = rng.choice(ALPHABETS)
                parts.append("".join(rng.choice(alphabet) for _ in range(rng.randint(1, 6))))
            else:
                parts.append(rng.choice(" \n\t,.'-") * rng.randint(1, 5))
            if rng.random() < 0.4:
                parts.append(" ")
        texts.append("".join(parts))
    return texts


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="utf-8")


def write_cases(folder, texts, parsed, plain, decoded, front):
    write_json(folder / "cases.json", {
        "parsed": parsed,
        "plain": {str(i): ids for i, ids in enumerate(plain) if ids != parsed[i]},
        "decoded": {str(i): text for i, text in enumerate(decoded) if text != texts[i]},
        "front": front,
    })


def specials(*more):
    tokens = [AddedToken(t, special=True, normalized=False) for t in ("<|start|>", "<|end|>", "<|user|>")]
    return tokens + list(more)


def byte_level(normalizer, splits, size, added, front=False, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splits[0] if len(splits) == 1 else pre_tokenizers.Sequence(splits)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS.splitlines(True), trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    for token in added:
        (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    if front:
        start = tokenizer.token_to_id("<|start|>")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|start|> $A", special_tokens=[("<|start|>", start)])
    return tokenizer


def run(tokenizer, texts, folder):
    def encode(text, plain, front=False):
        tokenizer.encode_special_tokens = plain
        return tokenizer.encode(text, add_special_tokens=front).ids
    parsed = [encode(text, False) for text in texts]
    plain = [encode(text, True) for text in texts]
    decoded = [tokenizer.decode(ids, skip_special_tokens=False) for ids in parsed]
    empty = encode("", False, True)
    write_cases(folder, texts, parsed, plain, decoded, empty)


def save(tokenizer, folder, merges_as_text=False):
    value = json.loads(tokenizer.to_str())
    if merges_as_text:
        value["model"]["merges"] = [" ".join(pair) for pair in value["model"]["merges"]]
    write_json(folder / "tokenizer.json", value)
    return value


def byte_split(pattern):
    return [pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]


def make_byte_level(out, texts):
    tool = AddedToken("<tool>", special=False, normalized=False)
    strip = AddedToken("<strip>", special=False, normalized=False, lstrip=True, rstrip=True)
    word = AddedToken("<word>", special=False, normalized=False, single_word=True)
    norm = AddedToken("ếnorm", special=False, normalized=True)

    llama = byte_level(None, byte_split(LLAMA3), 700, specials(tool), True, True)
    value = save(llama, out / "llama3")
    run(llama, texts, out / "llama3")
    write_gguf(out / "llama3" / "vocab.gguf", value, "llama-bpe")

    qwen = byte_level(normalizers.NFC(), byte_split(QWEN2), 700, specials(tool, norm))
    value = save(qwen, out / "qwen2", merges_as_text=True)
    run(qwen, texts, out / "qwen2")

    plain = byte_level(normalizers.NFC(), byte_split(QWEN2), 500, specials(tool))
    value = json.loads(plain.to_str())
    folder = out / "qwen2-files"
    ids = {token["content"]: token["id"] for token in value["added_tokens"]}
    write_json(folder / "vocab.json", value["model"]["vocab"])
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in value["model"]["merges"]), encoding="utf-8")
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False, "bos_token": None, "eos_token": "<|end|>",
        "added_tokens_decoder": {str(token["id"]): {k: token[k] for k in (
            "content", "lstrip", "rstrip", "single_word", "normalized", "special")} for token in value["added_tokens"]}})
    assert ids
    run(plain, texts, folder)

    gpt2 = byte_level(None, [pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)], 600, specials(word))
    save(gpt2, out / "gpt2")
    run(gpt2, texts, out / "gpt2")

    digits = byte_level(None, [pre_tokenizers.Digits(individual_digits=True),
                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)], 600,
                        specials(tool, strip, word))
    save(digits, out / "smollm")
    run(digits, texts, out / "smollm")

    cased = byte_level(normalizers.NFKC(), [pre_tokenizers.Split(Regex(CASED), "removed", invert=True),
                                            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)],
                       600, specials())
    save(cased, out / "cased")
    run(cased, texts, out / "cased")


def make_sentencepiece(out, texts):
    for name, options in {
        "spm": dict(byte_fallback=True, add_dummy_prefix=True, user_defined_symbols=["<tool>", SPACE * 2, "<|user|>"]),
        "spm-bare": dict(byte_fallback=True, add_dummy_prefix=False, user_defined_symbols=["\n", "<tool>"]),
        "spm-unknown": dict(byte_fallback=False, add_dummy_prefix=True, remove_extra_whitespaces=True),
    }.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        options.setdefault("remove_extra_whitespaces", False)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS.splitlines()), model_writer=open(folder / "tokenizer.model", "wb"),
            model_type="bpe", vocab_size=560, character_coverage=0.98, normalization_rule_name="identity",
            minloglevel=2, num_threads=1, **options)
        processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        ids = processor.encode(texts)
        # A NUL ends the text for the library's decoder, and an unknown piece has a spelling of its own there.
        decoded = [processor.decode(i) if "\0" not in t and processor.unk_id() not in i else None
                   for t, i in zip(texts, ids)]
        write_cases(folder, texts, ids, ids, decoded, [processor.bos_id()])
        if name == "spm":
            make_llama2(out, texts, processor)
            write_gguf_pieces(folder / "vocab.gguf", processor)


def piece_merges(vocab, scores):
    merges = []
    for piece, index in vocab.items():
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in vocab and right in vocab:
                merges.append((-scores[index], vocab[left], vocab[right], left, right))
    return [(left, right) for _, _, _, left, right in sorted(merges)]


def make_llama2(out, texts, processor):
    """The same pieces as a tokenizer.json in the two forms that converters write."""
    vocab = {processor.id_to_piece(i): i for i in range(processor.get_piece_size())}
    scores = [processor.get_score(i) for i in range(processor.get_piece_size())]
    normal = {p: i for p, i in vocab.items()
              if not (processor.is_control(i) or processor.is_byte(i) or processor.is_unknown(i) or p == "<tool>"
                      or p == "<|user|>" or p == SPACE * 2)}
    merges = piece_merges(normal, scores)
    for name in ("llama2", "metaspace"):
        tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True,
                                         byte_fallback=True))
        strip = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        tokenizer.decoder = decoders.Sequence(strip)
        if name == "llama2":
            tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
        else:
            tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="first", split=False)
        tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ("<unk>", "<s>", "</s>")])
        tokenizer.add_tokens([AddedToken("<tool>", special=False, normalized=False),
                              AddedToken("<custom>", special=False, normalized=False)])
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
        save(tokenizer, out / name, merges_as_text=name == "llama2")
        run(tokenizer, texts, out / name)


class Gguf:
    """A GGUF file of metadata alone."""

    def __init__(self):
        self.body, self.count = b"", 0

    @staticmethod
    def text(value):
        raw = value.encode("utf-8")
        return struct.pack("<Q", len(raw)) + raw

    def add(self, key, kind, payload):
        self.body += self.text(key) + struct.pack("<I", kind) + payload
        self.count += 1

    def add_text(self, key, value):
        self.add(key, 8, self.text(value))

    def add_array(self, key, kind, items):
        self.add(key, 9, struct.pack("<IQ", kind, len(items)) + b"".join(items))

    def write(self, path):
        path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, self.count) + self.body)


def write_gguf(path, value, pre):
    spelled = {i: t for t, i in value["model"]["vocab"].items()}
    kinds = {token["id"]: 3 if token["special"] else 4 for token in value["added_tokens"]}
    spelled.update({token["id"]: token["content"] for token in value["added_tokens"]})
    file = Gguf()
    file.add_text("tokenizer.ggml.model", "gpt2")
    file.add_text("tokenizer.ggml.pre", pre)
    file.add_array("tokenizer.ggml.tokens", 8, [Gguf.text(spelled[i]) for i in range(len(spelled))])
    file.add_array("tokenizer.ggml.token_type", 5, [struct.pack("<i", kinds.get(i, 1)) for i in range(len(spelled))])
    file.add_array("tokenizer.ggml.merges", 8, [Gguf.text(" ".join(pair)) for pair in value["model"]["merges"]])
    start = next(token["id"] for token in value["added_tokens"] if token["content"] == "<|start|>")
    file.add("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", start))
    file.add("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", start + 1))
    file.write(path)


def write_gguf_pieces(path, processor):
    size = processor.get_piece_size()

    def kind(i):
        if processor.is_unknown(i):
            return 2
        if processor.is_control(i):
            return 3
        if processor.is_byte(i):
            return 6
        return 4 if processor.id_to_piece(i) in ("<tool>", "<|user|>", SPACE * 2) else 1
    file = Gguf()
    file.add_text("tokenizer.ggml.model", "llama")
    file.add_array("tokenizer.ggml.tokens", 8, [Gguf.text(processor.id_to_piece(i)) for i in range(size)])
    file.add_array("tokenizer.ggml.scores", 6, [struct.pack("<f", processor.get_score(i)) for i in range(size)])
    file.add_array("tokenizer.ggml.token_type", 5, [struct.pack("<i", kind(i)) for i in range(size)])
    file.add("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", processor.bos_id()))
    file.add("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", processor.eos_id()))
    file.add("tokenizer.ggml.unknown_token_id", 4, struct.pack("<I", processor.unk_id()))
    file.write(path)


def main():
    out = Path(sys.argv[1])
    texts = make_texts()
    write_json(out / "texts.json", texts)
    make_byte_level(out, texts)
    make_sentencepiece(out, texts)


if __name__ == "__main__":
    main()

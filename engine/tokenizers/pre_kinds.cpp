#include "engine/tokenizers/pre_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace engine {
namespace {

constexpr std::string_view kContractions = R"((?i:'s|'t|'re|'ve|'m|'ll|'d))";
constexpr std::string_view kSlashTail = R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLower = R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)";
constexpr std::string_view kUpper = R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)";

struct Row {
  std::string_view name;
  std::string_view shape;
  NormalForm form = NormalForm::None;
  bool ignoreMerges = false, addBos = false;
};

constexpr NormalForm kNfc = NormalForm::Nfc;
constexpr NormalForm kNone = NormalForm::None;

constexpr std::array kRows = {
    Row{"llama-bpe", "llama-3", kNone, true, true},
    Row{"llama-v3", "llama-3", kNone, true, true},
    Row{"llama3", "llama-3", kNone, true, true},
    Row{"falcon3", "llama-3", kNone, true, true},
    Row{"dbrx", "llama-3", kNone, false, false},
    Row{"smaug-bpe", "llama-3", kNone, false, false},
    Row{"glm4", "llama-3", kNone, true, false},
    Row{"chatglm-bpe", "llama-3", kNone, false, false},
    Row{"qwen2", "qwen2", kNfc, false, false},
    Row{"deepseek-r1-qwen", "qwen2", kNfc, false, false},
    Row{"qwen35", "qwen35", kNfc, false, false},
    Row{"gpt-2", "gpt-2", kNone, false, false},
    Row{"phi-2", "gpt-2", kNone, false, false},
    Row{"mpt", "gpt-2", kNfc, false, false},
    Row{"olmo", "gpt-2", kNfc, false, false},
    Row{"smollm", "digits", kNone, false, false},
    Row{"starcoder", "digits", kNone, false, false},
    Row{"refact", "digits", kNone, false, false},
    Row{"codeshell", "digits", kNone, false, false},
    Row{"command-r", "digits", kNfc, false, false},
    Row{"default", "default", kNone, false, false},
    Row{"tekken", "tekken", kNone, true, true},
    Row{"gpt-4o", "gpt-4o", kNone, false, false},
    Row{"llama4", "gpt-4o", kNone, false, false},
    Row{"deepseek-v3", "deepseek-v3", kNone, false, false},
    Row{"deepseek-coder", "deepseek-coder", kNone, false, false},
};

Result<void> addShape(std::string_view shape, PreTokenizer& out) {
  const auto gpt2 = [&] { return out.addPattern(std::string(patternText(ScanPattern::Gpt2))); };
  if (shape == "llama-3") return out.addPattern(std::string(patternText(ScanPattern::Llama3)));
  if (shape == "qwen2") return out.addPattern(std::string(patternText(ScanPattern::Qwen2)));
  if (shape == "gpt-2") return gpt2();
  if (shape == "digits") {
    out.addDigits(true);
    return gpt2();
  }
  if (shape == "default") {
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"([\p{P}\$\+<=>\^~\|]+)"));
    ENGINE_RETURN_IF_ERROR(gpt2());
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"(\p{N}+)"));
    return out.addPattern("[0-9][0-9][0-9]");
  }
  if (shape == "qwen35") {
    return out.addPattern(
        fmt::format(R"({}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*)"
                    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
                    kContractions));
  }
  if (shape == "tekken") return out.addPattern(fmt::format(R"({}|{}|\p{{N}}{})", kLower, kUpper, kSlashTail));
  if (shape == "gpt-4o") {
    return out.addPattern(
        fmt::format(R"({0}{2}?|{1}{2}?|\p{{N}}{{1,3}}{3})", kLower, kUpper, kContractions, kSlashTail));
  }
  if (shape == "deepseek-v3") {
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"(\p{N}{1,3})"));
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)"));
    return out.addPattern(R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
                          R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)");
  }
  if (shape == "deepseek-coder") {
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"([\r\n])"));
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"(\s?\p{L}+)"));
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"(\s?\p{P}+)"));
    ENGINE_RETURN_IF_ERROR(out.addPattern(R"([\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+)"));
    out.addDigits(true);
    return {};
  }
  return Error{ErrorCode::Internal, "a pre-tokenizer shape without a definition"};
}

}  // namespace

Result<PreKind> preKind(std::string_view name) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
  if (row == kRows.end()) {
    return Error{ErrorCode::Unsupported,
                 fmt::format("the file's pre-tokenizer '{}' (tokenizer.ggml.pre) is not known here", name),
                 "tokenizer.ggml.pre"};
  }
  PreKind kind;
  ENGINE_RETURN_IF_ERROR(addShape(row->shape, kind.preTokenizer));
  kind.form = row->form;
  kind.ignoreMerges = row->ignoreMerges;
  kind.addBos = row->addBos;
  return kind;
}

}  // namespace engine

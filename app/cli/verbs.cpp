// The verbs of hearth-cli, one row each, and what happens when none or an unknown one is named.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/cli/run.h"
#include "app/cli/verb.h"

namespace app::cli {

namespace {

template <const char* kVerb>
int notYet(std::span<const std::string>) {
  fmt::print(stderr, "hearth-cli {} is not in this version.\n", kVerb);
  return kUsage;
}
constexpr char kQuantize[] = "quantize", kExport[] = "export", kPerplexity[] = "perplexity";

std::string overview() {
  std::string text = "hearth-cli: large language models on this computer\n\nUsage: hearth-cli VERB [ARGUMENTS]\n\n";
  for (const Verb& verb : verbs()) text += fmt::format("  {:<12}{}\n", verb.name, verb.summary);
  text +=
      "\nhearth-cli VERB --help says more. Results go to stdout, everything else to stderr.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage.\n";
  return text;
}

}  // namespace

std::span<const Verb> verbs() {
  static constexpr std::array kVerbs = {
      Verb{"serve", "the OpenAI-compatible server, without a window", runServe},
      Verb{"chat", "a conversation in the terminal, with a server or a model of its own", runChat},
      Verb{"inspect", "what a model directory or .gguf file is", runInspect},
      Verb{"estimate", "what loading it would take", runEstimate},
      Verb{"bench", "tokens a second, bytes moved, share of the machine's limit", runBench},
      Verb{"tokenize", "text on stdin to token ids", runTokenize},
      Verb{"detokenize", "token ids on stdin to text", runDetokenize},
      Verb{"render", "messages on stdin to the prompt under a template", runRender},
      Verb{"logits", "logits and greedy continuation of given ids", runLogits},
      Verb{"search", "models of the hub", runSearch},
      Verb{"download", "gets a model from the hub, goes on where it stopped", runDownload},
      Verb{"quantize", "(not in this version)", notYet<kQuantize>},
      Verb{"export", "(not in this version)", notYet<kExport>},
      Verb{"perplexity", "(not in this version)", notYet<kPerplexity>},
  };
  return kVerbs;
}

int run(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    std::fputs(overview().c_str(), stderr);
    return kUsage;
  }
  const std::string& name = arguments.front();
  if (name == "help" && arguments.size() > 1) {
    const std::vector<std::string> help = {arguments[1], "--help"};
    return run(help);
  }
  if (name == "--help" || name == "-h" || name == "help") {
    std::fputs(overview().c_str(), stdout);
    return kOk;
  }
  if (name == "--version") {
    fmt::print("hearth-cli {}\n", HEARTH_VERSION);
    return kOk;
  }
  const auto all = verbs();
  const auto verb = std::find_if(all.begin(), all.end(), [&](const Verb& v) { return v.name == name; });
  if (verb == all.end()) return usage(fmt::format("'{}' is no verb of hearth-cli; --help lists them", name));
  return verb->run(arguments.subspan(1));
}

}  // namespace app::cli

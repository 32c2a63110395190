// Which files of a repository make a loadable model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/hub/model_choice.h"

namespace app::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

HubListing listing(const std::vector<std::string>& paths) {
  HubListing out;
  out.id = "org/name";
  for (const std::string& path : paths) {
    out.files.push_back({.path = path, .bytes = 1000 + out.files.size(), .checksum = std::string(64, 'a')});
  }
  out.choices = findChoices(out.files);
  return out;
}

std::vector<std::string> pathsOf(const HubListing& in, const HubChoice& choice) {
  std::vector<std::string> out;
  for (const size_t i : choice.files) out.push_back(in.files[i].path);
  return out;
}

std::vector<std::string> labelsOf(const HubListing& in) {
  std::vector<std::string> out;
  for (const HubChoice& choice : in.choices) out.push_back(choice.label);
  return out;
}

TEST(HubChoice, ShardedSafetensorsWithWhatTheyNeed) {
  const HubListing in =
      listing({"README.md", "config.json", "generation_config.json", "model-00001-of-00002.safetensors",
               "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json",
               "tokenizer_config.json", "chat_template.jinja", "modeling_thing.py", "pytorch_model.bin",
               "onnx/model.onnx", "original/params.json", "consolidated.safetensors", "training_args.bin", "LICENSE"});
  ASSERT_THAT(labelsOf(in), ElementsAre("safetensors"));
  const HubChoice& choice = in.choices.front();
  EXPECT_EQ(choice.problem, "");
  EXPECT_EQ(in.files[choice.main].path, "config.json");
  EXPECT_THAT(
      pathsOf(in, choice),
      UnorderedElementsAre("README.md", "config.json", "generation_config.json", "model-00001-of-00002.safetensors",
                           "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json",
                           "tokenizer_config.json", "chat_template.jinja", "LICENSE"));
  uint64_t bytes = 0;
  for (const size_t i : choice.files) bytes += in.files[i].bytes;
  EXPECT_EQ(choice.bytes, bytes);
}

TEST(HubChoice, PytorchOnlyWhereThereIsNothingBetter) {
  const HubListing in = listing({"config.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin",
                                 "pytorch_model.bin.index.json", "tokenizer.model", "training_args.bin"});
  ASSERT_THAT(labelsOf(in), ElementsAre("pytorch"));
  EXPECT_THAT(pathsOf(in, in.choices[0]), ::testing::Not(::testing::Contains("training_args.bin")));
}

TEST(HubChoice, AMissingShardIsSaid) {
  const HubListing in =
      listing({"config.json", "model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors"});
  ASSERT_EQ(in.choices.size(), 1u);
  EXPECT_EQ(in.choices[0].problem, "shard 2 of 3 is not in the repository");
  const auto selected = selectFiles(in, {});
  ASSERT_FALSE(selected.ok());
  EXPECT_THAT(selected.error().message, HasSubstr("shard 2 of 3"));
}

TEST(HubChoice, OneGgufFileEachQuantization) {
  const HubListing in =
      listing({"README.md", "name-Q4_K_M.gguf", "name-Q8_0.gguf", "mmproj-F16.gguf", "name.imatrix.gguf",
               "BF16/name-BF16-00001-of-00002.gguf", "BF16/name-BF16-00002-of-00002.gguf", "name.IQ2_XXS.gguf"});
  EXPECT_THAT(labelsOf(in), UnorderedElementsAre("Q4_K_M", "Q8_0", "BF16", "IQ2_XXS"));
  const auto nothing = selectFiles(in, {});
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().context, "choice");
  EXPECT_THAT(nothing.error().message, HasSubstr("Q4_K_M (1.0 kB)"));
  const auto split = selectFiles(in, {"bf16"});
  ASSERT_TRUE(split.ok());
  EXPECT_THAT(pathsOf(in, *split),
              UnorderedElementsAre("BF16/name-BF16-00001-of-00002.gguf", "BF16/name-BF16-00002-of-00002.gguf"));
  EXPECT_EQ(in.files[split->main].path, "BF16/name-BF16-00001-of-00002.gguf");
  const auto pattern = selectFiles(in, {"*Q8_0*", "README.md"});
  ASSERT_TRUE(pattern.ok());
  EXPECT_THAT(pathsOf(in, *pattern), UnorderedElementsAre("README.md", "name-Q8_0.gguf"));
  EXPECT_EQ(in.files[pattern->main].path, "name-Q8_0.gguf");
}

TEST(HubChoice, SafetensorsComeBeforeGguf) {
  const HubListing in = listing({"config.json", "model.safetensors", "name-Q4_0.gguf"});
  EXPECT_THAT(labelsOf(in), ElementsAre("safetensors", "Q4_0"));
  EXPECT_EQ(selectFiles(in, {})->label, "safetensors");
  EXPECT_EQ(selectFiles(in, {"Q4_0"})->format, HubFormat::Gguf);
}

TEST(HubChoice, NothingToLoadAndNothingThatFits) {
  const HubListing in = listing({"README.md", "adapter_model.safetensors", "adapter_config.json"});
  EXPECT_EQ(selectFiles(in, {}).error().context, "choice");
  EXPECT_TRUE(selectFiles(in, {"README.md"}).ok());
  EXPECT_EQ(selectFiles(in, {"*.gguf"}).error().context, "file");
}

TEST(HubChoice, QuantizationsOfNames) {
  EXPECT_EQ(quantizationOf("Llama-3.2-1B-Instruct-Q4_K_M.gguf"), "Q4_K_M");
  EXPECT_EQ(quantizationOf("dir/qwen2.5-7b-instruct-q5_0-00001-of-00002.gguf"), "Q5_0");
  EXPECT_EQ(quantizationOf("SmolLM2-135M-Instruct.Q4_1.gguf"), "Q4_1");
  EXPECT_EQ(quantizationOf("x-IQ4_NL.gguf"), "IQ4_NL");
  EXPECT_EQ(quantizationOf("gpt-oss-20b-MXFP4.gguf"), "MXFP4");
  EXPECT_EQ(quantizationOf("ggml-model-f16.gguf"), "F16");
  EXPECT_EQ(quantizationOf("Qwen2-7B.gguf"), "");
}

}  // namespace
}  // namespace app::hub

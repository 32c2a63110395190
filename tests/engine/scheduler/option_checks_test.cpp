#include "engine/scheduler/option_checks.h"

#include <gtest/gtest.h>

#include <functional>

#include "engine/engine.h"

namespace engine {
namespace {

Error refusal(const std::function<void(EngineOptions&)>& change) {
  EngineOptions options;
  change(options);
  const Result<void> result = checkOptions(options);
  return result.ok() ? Error{ErrorCode::Internal, "accepted", ""} : result.error();
}

TEST(OptionChecks, DefaultsAndTheCpuAreAccepted) {
  EngineOptions options;
  EXPECT_TRUE(checkOptions(options).ok());
  options.device = "cpu";
  options.quantization = Quantization::Auto;
  options.numGpus = 1;
  options.enforceEager = true;
  EXPECT_TRUE(checkOptions(options).ok());
}

TEST(OptionChecks, WhatThisBuildCannotDoIsRefusedByItsFlag) {
  const auto flagOf = [](const std::function<void(EngineOptions&)>& change) {
    const Error error = refusal(change);
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << error.message;
    EXPECT_NE(error.message.find("--" + error.context), std::string::npos) << error.message;
    return error.context;
  };
  EXPECT_EQ(flagOf([](auto& o) { o.device = "cuda"; }), "device");
  EXPECT_EQ(flagOf([](auto& o) { o.device = "cuda:3"; }), "device");
  EXPECT_EQ(flagOf([](auto& o) { o.quantization = Quantization::Ifq; }), "quantization");
  EXPECT_EQ(flagOf([](auto& o) { o.quantization = Quantization::SmoothQuant; }), "quantization");
  EXPECT_EQ(flagOf([](auto& o) { o.kvDtype = KvDType::Fp8; }), "kv-cache-dtype");
  EXPECT_EQ(flagOf([](auto& o) { o.numGpus = 2; }), "num-gpus");
  EXPECT_EQ(flagOf([](auto& o) { o.workerNum = 2; }), "worker-num");
  EXPECT_EQ(flagOf([](auto& o) { o.useLookahead = true; }), "use-lookahead");
  EXPECT_EQ(flagOf([](auto& o) { o.policy = SchedulingPolicy::Dynamic; }), "engine");
}

TEST(OptionChecks, NonsenseIsTheCallersMistake) {
  for (const char* device : {"", "gpu", "cuda:", "cuda:x", "cpu:0"}) {
    const Error error = refusal([&](auto& o) { o.device = device; });
    EXPECT_EQ(error.code, ErrorCode::InvalidArgument) << device;
    EXPECT_EQ(error.context, "device");
  }
  EXPECT_EQ(refusal([](auto& o) { o.maxNumSeqs = 0; }).context, "max-num-seqs");
  EXPECT_EQ(refusal([](auto& o) { o.maxNumSeqs = 4097; }).context, "max-num-seqs");
  EXPECT_EQ(refusal([](auto& o) { o.limitConcurrency = 0; }).context, "limit-worker-concurrency");
  EXPECT_EQ(refusal([](auto& o) { o.maxNumBatchedTokens = 0; }).context, "max-num-batched-tokens");
}

TEST(OptionChecks, TheContextMayNotExceedTheTrainedOne) {
  ModelInfo model;
  model.modelId = "tiny";
  model.trainedContext = 2048;
  EngineOptions options;
  EXPECT_TRUE(checkOptionsForModel(options, model).ok());
  options.maxModelLen = 2048;
  EXPECT_TRUE(checkOptionsForModel(options, model).ok());
  options.maxModelLen = 2049;
  const Result<void> result = checkOptionsForModel(options, model);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("2048"), std::string::npos);
  options.maxModelLen = 0;
  EXPECT_FALSE(checkOptionsForModel(options, model).ok());
}

TEST(OptionChecks, DefaultsAreFilledIn) {
  ModelInfo model;
  model.modelId = "tiny";
  model.trainedContext = 4096;
  const EngineOptions out = resolvedOptions({}, model);
  EXPECT_EQ(out.modelId, "tiny");
  EXPECT_EQ(out.device, "auto");  // what it means is for chooseDevice to say, on the machine that loads
  EXPECT_EQ(out.maxModelLen, 4096u);
  EXPECT_EQ(out.maxNumBatchedTokens, 4096u);
  EXPECT_EQ(out.maxWaiting, 1024u);
}

}  // namespace
}  // namespace engine

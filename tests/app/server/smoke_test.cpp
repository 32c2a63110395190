#include "tests/app/server/server_fixture.h"

namespace app {

using Smoke = ServerTest;

TEST_F(Smoke, AnswersAChat) {
  startServer();
  const RawResponse response = chat();
  ASSERT_EQ(response.status, 200) << response.body;
  const json body = json::parse(response.body);
  EXPECT_EQ(body["choices"][0]["message"]["content"], "Hello");
}

TEST_F(Smoke, StreamsAChat) {
  startServer();
  const auto chunks = streamChat();
  std::string text;
  for (const json& chunk : chunks) {
    if (!chunk["choices"].empty()) text += chunk["choices"][0]["delta"].value("content", "");
  }
  EXPECT_EQ(text, "Hello");
}

}  // namespace app

// Writes to a store for as long as it is let, and says on standard output what has been committed: the other half of
// the test that kills it. Lines: "conversation ID", "message ID SEQUENCE", "checkpoint ID STEP", "done ID".
#include <unistd.h>

#include <cstdio>
#include <string>

#include "app/conversation_store.h"
#include "tests/app/conversations/crash_texts.h"

namespace {

/// One write, so that a kill leaves whole lines.
void say(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto opened = app::ConversationStore::open(argv[1]);
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return 1;
  }
  app::ConversationStore& store = **opened;
  say("open\n");
  app::Conversation conversation;
  store.create({}, [&](engine::Result<app::Conversation> made) {
    if (!made.ok()) _exit(4);
    conversation = *made;
    say("conversation " + std::to_string(conversation.id) + "\n");
  });
  store.flush();
  for (int sequence = 0; sequence < 100'000; ++sequence) {
    app::Message message;
    message.conversation = conversation.id;
    message.role = sequence % 2 == 0 ? "user" : "assistant";
    message.state = sequence % 2 == 0 ? app::MessageState::Complete : app::MessageState::Streaming;
    message.text = sequence % 2 == 0 ? testtext::question(sequence) : "";
    store.append(message, [&](engine::Result<app::Message> done) {
      if (!done.ok()) _exit(5);
      message = *done;
      say("message " + std::to_string(message.id) + " " + std::to_string(sequence) + "\n");
    });
    store.flush();
    for (int step = 1; sequence % 2 == 1 && step <= 5; ++step) {
      message.text = testtext::answer(message.id, step);
      message.state = step == 5 ? app::MessageState::Complete : app::MessageState::Streaming;
      store.checkpoint(message, [&](engine::Result<bool> done) {
        if (!done.ok() || !*done) _exit(6);
        say("checkpoint " + std::to_string(message.id) + " " + std::to_string(step) + "\n");
      });
      store.flush();
    }
  }
  return 0;
}

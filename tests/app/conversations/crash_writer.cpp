// Writes to a store for as long as it is let, and says on standard output what has been committed: the other half of
// the test that kills it. Lines: "conversation ID", "message ID SEQUENCE", "checkpoint ID STEP", "title ID NUMBER",
// "erasing ID" before and "erased ID" after a message is taken out.
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

/// What people do between two answers: another title, and every other time the last answer deleted.
void edit(app::ConversationStore& store, app::Conversation& conversation, const app::Message& last, int number) {
  conversation.title = "title " + std::to_string(number);
  conversation.leaf = last.id;
  store.update(conversation, [&](engine::Result<app::Conversation> done) {
    if (!done.ok()) _exit(7);
    say("title " + std::to_string(conversation.id) + " " + std::to_string(number) + "\n");
  });
  store.flush();
  if (number % 2 != 0) return;
  say("erasing " + std::to_string(last.id) + "\n");
  store.eraseMessages(conversation.id, {last.id}, last.parent, [&](engine::Result<bool> done) {
    if (!done.ok() || !*done) _exit(8);
    say("erased " + std::to_string(last.id) + "\n");
  });
  store.flush();
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
  app::MessageId last = 0;
  for (int sequence = 0; sequence < 100'000; ++sequence) {
    app::Message message;
    message.conversation = conversation.id;
    message.parent = sequence % 4 == 2 ? 0 : last;  // now and then another version of the first question
    message.role = sequence % 2 == 0 ? "user" : "assistant";
    message.state = sequence % 2 == 0 ? app::MessageState::Complete : app::MessageState::Streaming;
    message.text = sequence % 2 == 0 ? testtext::question(sequence) : "";
    store.append(message, [&](engine::Result<app::Message> done) {
      if (!done.ok()) _exit(5);
      message = *done;
      say("message " + std::to_string(message.id) + " " + std::to_string(sequence) + "\n");
    });
    store.flush();
    last = message.id;
    for (int step = 1; sequence % 2 == 1 && step <= 5; ++step) {
      message.text = testtext::answer(message.id, step);
      message.state = step == 5 ? app::MessageState::Complete : app::MessageState::Streaming;
      store.checkpoint(message, [&](engine::Result<bool> done) {
        if (!done.ok() || !*done) _exit(6);
        say("checkpoint " + std::to_string(message.id) + " " + std::to_string(step) + "\n");
      });
      store.flush();
    }
    if (sequence % 4 != 3) continue;
    edit(store, conversation, message, sequence / 4 + 1);
    last = message.parent;
  }
  return 0;
}

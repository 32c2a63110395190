// Message tree, parameters, transcript rows, facts and the formatted document: parts of the chat page by themselves.
#include <QSignalSpy>
#include <QTest>
#include <QTextDocument>

#include "ui/chat/answer_facts.h"
#include "ui/chat/attachment_text.h"
#include "ui/chat/conversation_list_model.h"
#include "ui/chat/inline_document.h"
#include "ui/chat/message_tree.h"
#include "ui/chat/parameter_model.h"
#include "ui/chat/reasoning_splitter.h"
#include "ui/chat/transcript_model.h"

namespace {

app::Message message(app::MessageId id, app::MessageId parent, const char* role) {
  app::Message one;
  one.id = id;
  one.parent = parent;
  one.role = role;
  return one;
}

ui::ShownMessage user(app::MessageId id, const char* text) {
  return {id, true, text, app::MessageState::Complete, {}};
}
ui::ShownMessage answer(app::MessageId id, const char* text, app::MessageState state = app::MessageState::Complete) {
  return {id, false, text, state, {}};
}

QStringList kinds(const ui::TranscriptModel& model) {
  QStringList list;
  for (int row = 0; row < model.count(); ++row) {
    list.append(model.data(model.index(row), ui::TranscriptModel::KindRole).toString());
  }
  return list;
}

}  // namespace

class ChatPartsTest : public QObject {
  Q_OBJECT

 private slots:
  void treeKeepsVersions() {
    ui::MessageTree tree;
    tree.reset({message(1, 0, "user"), message(2, 1, "assistant"), message(3, 1, "assistant"), message(4, 3, "user")},
               0);
    QVERIFY((tree.path() == std::vector<app::MessageId>{1, 3, 4}));
    QVERIFY((tree.versions(2) == std::vector<app::MessageId>{2, 3}));
    tree.show(2);
    QVERIFY((tree.path() == std::vector<app::MessageId>{1, 2}));
    tree.add(message(5, 2, "user"));
    QVERIFY((tree.path() == std::vector<app::MessageId>{1, 2, 5}));
    tree.show(3);
    QVERIFY((tree.path() == std::vector<app::MessageId>{1, 3, 4}));
  }

  void treeTakesOutAndPutsBack() {
    ui::MessageTree tree;
    tree.reset({message(1, 0, "user"), message(2, 1, "assistant"), message(3, 1, "assistant"), message(4, 3, "user"),
                message(5, 4, "assistant")},
               0);
    QCOMPARE(tree.leaves(), size_t(2));
    const auto taken = tree.erase(3);
    QCOMPARE(taken.size(), size_t(3));
    QVERIFY((tree.path() == std::vector<app::MessageId>{1, 2}));
    QCOMPARE(tree.leaves(), size_t(1));
    tree.restore(taken, 5);
    QVERIFY((tree.path() == std::vector<app::MessageId>{1, 3, 4, 5}));
    QVERIFY((tree.versions(2) == std::vector<app::MessageId>{2, 3}));
    QCOMPARE(tree.erase(1).size(), size_t(5));
    QVERIFY(tree.path().empty());
    QVERIFY(tree.erase(77).empty());
  }

  void treeAsAMap() {
    ui::MessageTree tree;
    tree.reset({message(1, 0, "user"), message(2, 1, "assistant"), message(3, 1, "assistant"), message(4, 3, "user")},
               0);
    const auto places = tree.map(100);
    QCOMPARE(places.size(), size_t(4));
    QCOMPARE(places[0].column, 0);
    QCOMPARE(places[1].id, app::MessageId(2));
    QCOMPARE(places[1].column, 0);
    QVERIFY(!places[1].shown);
    QCOMPARE(places[2].id, app::MessageId(3));
    QCOMPARE(places[2].column, 1);
    QCOMPARE(places[3].row, 2);
    QCOMPARE(places[3].column, 1);
    QVERIFY(places[3].shown);
    QCOMPARE(tree.map(2).size(), size_t(2));
  }

  void attachmentsComeBack_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("files");
    QTest::newRow("none") << "just text" << QStringList();
    QTest::newRow("one") << "look" << QStringList{"int x;"};
    QTest::newRow("two") << "look" << QStringList{"a\nb\n", "```\ncode\n```"};
    QTest::newRow("no text") << "" << QStringList{"x"};
    QTest::newRow("empty file") << "t" << QStringList{""};
    QTest::newRow("a file about files") << "t" << QStringList{"File `y`:\n```\nz\n```"};
    QTest::newRow("a text about files") << "File `y`:\n```\nz" << QStringList();
  }
  void attachmentsComeBack() {
    QFETCH(QString, text);
    QFETCH(QStringList, files);
    QList<ui::Attachment> attachments;
    for (const QString& file : files) attachments.append({"n.txt", file});
    const ui::TextWithAttachments parts = ui::splitAttachments(ui::joinAttachments(text, attachments));
    QCOMPARE(parts.text, text);
    QVERIFY(parts.attachments == attachments);
  }

  void aPresetIsWhatCountsAsUnchanged() {
    ui::ParameterModel parameters;
    parameters.setBase("{\"temperature\": 0.2, \"stop\": [\"end\"]}");
    QCOMPARE(parameters.changedCount(), 2);
    parameters.resetAll();
    QCOMPARE(parameters.changedCount(), 0);
    engine::GenerationRequest request;
    parameters.apply(request);
    QCOMPARE(request.sampling.temperature, 0.2);
    parameters.setText(0, "0.9");
    parameters.setDropsOldest(true);
    QCOMPARE(parameters.changedCount(), 2);
    parameters.reset(0);
    QCOMPARE(parameters.data(parameters.index(0), ui::ParameterModel::ValueRole).toDouble(), 0.2);
    ui::ParameterModel other;
    other.fromJson(parameters.toJson());
    QVERIFY(other.dropsOldest());
  }

  void treeSurvivesDamage() {
    ui::MessageTree tree;
    tree.reset({message(1, 2, "user"), message(2, 1, "assistant"), message(3, 3, "user")}, 2);
    QVERIFY(tree.path().size() <= 3);
    tree.show(3);
    tree.reset({}, 77);
    QVERIFY(tree.path().empty());
  }

  void parametersKeepTheirRanges() {
    ui::ParameterModel parameters;
    QCOMPARE(parameters.changedCount(), 0);
    QCOMPARE(parameters.setText(0, "2.5"), QString("From 0 to 2"));
    QCOMPARE(parameters.setText(0, "abc"), QString("From 0 to 2"));
    QCOMPARE(parameters.setText(0, "nan"), QString("From 0 to 2"));
    QCOMPARE(parameters.changedCount(), 0);
    QCOMPARE(parameters.setText(0, "0.25"), QString());
    QCOMPARE(parameters.setText(1, "0"), QString("Above 0, up to 1"));
    QCOMPARE(parameters.setText(2, "40"), QString());
    QCOMPARE(parameters.setText(2, "1.5"), QString("A whole number from 0 (off)"));
    QVERIFY(!parameters.setMaxTokens("0").isEmpty());
    QVERIFY(parameters.setMaxTokens("128").isEmpty());
    QVERIFY(!parameters.setSeed("99999999999999999999").isEmpty());
    QVERIFY(parameters.setSeed("-9223372036854775808").isEmpty());
    parameters.addStop("###");
    QCOMPARE(parameters.changedCount(), 5);

    engine::GenerationRequest request;
    parameters.apply(request);
    QCOMPARE(request.sampling.temperature, 0.25);
    QCOMPARE(request.sampling.topK, int64_t(40));
    QCOMPARE(request.maxTokens.value(), int64_t(128));
    QCOMPARE(request.sampling.seed.value(), std::numeric_limits<int64_t>::min());
    QVERIFY(request.stop == std::vector<std::string>{"###"});
    QVERIFY(engine::validate(request.sampling, 100).empty());

    ui::ParameterModel other;
    other.fromJson(parameters.toJson());
    QCOMPARE(other.toJson(), parameters.toJson());
    other.resetAll();
    QCOMPARE(other.toJson(), std::string("{}"));
  }

  void everySliderPositionIsValid() {
    ui::ParameterModel parameters;
    for (int row = 0; row < parameters.rowCount(); ++row) {
      const double low = parameters.data(parameters.index(row), ui::ParameterModel::MinimumRole).toDouble();
      const double high = parameters.data(parameters.index(row), ui::ParameterModel::MaximumRole).toDouble();
      for (const double value : {low, (low + high) / 2, high}) {
        parameters.setValue(row, value);
        engine::GenerationRequest request;
        parameters.apply(request);
        QVERIFY(engine::validate(request.sampling, 100).empty());
      }
      parameters.reset(row);
    }
    QCOMPARE(parameters.changedCount(), 0);
  }

  void hostileParametersAreIgnored() {
    ui::ParameterModel parameters;
    parameters.fromJson(
        R"({"temperature": 1e300, "top_p": -1, "top_k": "x", "seed": 5, "stop": [1, "", "ok"], "max_tokens": -3})");
    engine::GenerationRequest request;
    parameters.apply(request);
    QVERIFY(engine::validate(request.sampling, 100).empty());
    QVERIFY(request.stop == std::vector<std::string>{"ok"});
    QVERIFY(!request.maxTokens);
    parameters.fromJson("not json");
    QCOMPARE(parameters.changedCount(), 0);
  }

  void transcriptStreams() {
    ui::TranscriptModel model;
    model.setMessages({user(1, "hi"), answer(2, "", app::MessageState::Streaming)});
    QCOMPARE(kinds(model), QStringList({"user", "footer"}));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.appendText("First paragraph.\n\nSecond par");
    QCOMPARE(kinds(model), QStringList({"user", "paragraph", "paragraph", "footer"}));
    changed.clear();
    model.appendText("agraph.");
    QCOMPARE(changed.size(), 1);  // the last block, and the one before it for the caret
    QVERIFY(changed[0][0].toModelIndex().row() >= 1);
    QCOMPARE(changed[0][1].toModelIndex().row(), 2);
    QVERIFY(model.data(model.index(2), ui::TranscriptModel::CaretRole).toBool());
    QVERIFY(!model.data(model.index(1), ui::TranscriptModel::CaretRole).toBool());
    model.appendText("\n\n```\ncode");
    QCOMPARE(kinds(model).at(3), QString("code"));
    model.updateLast(answer(2, "", app::MessageState::Complete));
    QVERIFY(!model.data(model.index(3), ui::TranscriptModel::CaretRole).toBool());
    QCOMPARE(reset.size(), 0);
    const QString text = model.data(model.index(2), ui::TranscriptModel::ContentRole).value<ui::InlineText>().text;
    QCOMPARE(text, QString("Second paragraph."));
  }

  /// A view chooses a row's delegate once, so a row that turns into another kind is a new row.
  void aFenceTurnsItsParagraphIntoCode() {
    ui::TranscriptModel model;
    model.setMessages({user(1, "hi"), answer(2, "", app::MessageState::Streaming)});
    model.appendText("``");
    QCOMPARE(kinds(model), QStringList({"user", "paragraph", "footer"}));
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    model.appendText("`cpp\nint x;");
    QCOMPARE(kinds(model), QStringList({"user", "code", "footer"}));
    QCOMPARE(removed.size(), 1);
    QCOMPARE(inserted.size(), 1);
  }

  void reasoningIsParted_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("reasoning");
    QTest::addColumn<QString>("answer");
    QTest::addColumn<bool>("opened");
    QTest::newRow("none") << "a <think>b</think>"
                          << ""
                          << "a <think>b</think>" << false;
    QTest::newRow("marked") << "\n<think>\nwhy\n</think>\n\nbecause"
                            << "why\n"
                            << "because" << false;
    QTest::newRow("opened by the prompt") << "why</think>because"
                                          << "why"
                                          << "because" << true;
    QTest::newRow("never closed") << "<think>why </thi"
                                  << "why </thi"
                                  << "" << false;
    QTest::newRow("other marks") << "[THINK]a[/THINK]b"
                                 << "a"
                                 << "b" << false;
    QTest::newRow("only the beginning of a mark") << "<thi"
                                                  << ""
                                                  << "<thi" << false;
    QTest::newRow("a mark within") << "<think>a < b </ c</think>d"
                                   << "a < b </ c"
                                   << "d" << false;
    QTest::newRow("empty") << "<think></think>x"
                           << ""
                           << "x" << false;
  }
  void reasoningIsParted() {
    QFETCH(QString, text);
    QFETCH(bool, opened);
    const std::string all = text.toStdString();
    for (size_t step = 1; step <= all.size(); ++step) {
      ui::ReasoningSplitter splitter(opened);
      std::string reasoning, answer;
      const auto take = [&](const ui::ReasoningSplitter::Piece& piece) {
        reasoning += piece.reasoning;
        answer += piece.answer;
      };
      for (size_t at = 0; at < all.size(); at += step) take(splitter.add(all.substr(at, step)));
      take(splitter.finish());
      QTEST(QString::fromStdString(reasoning), "reasoning");
      QTEST(QString::fromStdString(answer), "answer");
    }
    QVERIFY(ui::ReasoningSplitter::opens("<|assistant|><think>\n"));
    QVERIFY(!ui::ReasoningSplitter::opens("<think>\n\n</think>\n\n"));
  }

  void reasoningFolds() {
    ui::TranscriptModel model;
    model.setMessages({user(1, "hi"), answer(2, "", app::MessageState::Streaming)});
    model.appendReasoning("First **thought**.\n\nSecond");
    QCOMPARE(kinds(model), QStringList({"user", "reasoning", "paragraph", "paragraph", "footer"}));
    QVERIFY(model.data(model.index(1), ui::TranscriptModel::OpenRole).toBool());
    QVERIFY(model.data(model.index(3), ui::TranscriptModel::ThoughtRole).toBool());
    QVERIFY(model.data(model.index(3), ui::TranscriptModel::CaretRole).toBool());
    model.appendText("Answer");
    QCOMPARE(kinds(model), QStringList({"user", "reasoning", "paragraph", "footer"}));
    QVERIFY(!model.data(model.index(2), ui::TranscriptModel::ThoughtRole).toBool());
    model.setReasoningOpen(2, true);
    QCOMPARE(kinds(model).size(), 6);
    model.appendText(" goes on");
    QCOMPARE(kinds(model).size(), 6);
    QCOMPARE(model.data(model.index(4), ui::TranscriptModel::ContentRole).value<ui::InlineText>().text,
             QString("Answer goes on"));
    model.updateLast(answer(2, ""));
    QCOMPARE(kinds(model).size(), 6);
    model.setReasoningOpen(2, false);
    QCOMPARE(kinds(model), QStringList({"user", "reasoning", "paragraph", "footer"}));
  }

  /// Code that somebody looks at is inked, piece after piece, and keeps its wrapping while it grows.
  void codeIsInked() {
    ui::TranscriptModel model;
    model.setMessages({user(1, "hi"), answer(2, "", app::MessageState::Streaming)});
    model.appendText("```cpp\n/* a\n");
    const auto last = [&](int row) {
      return model.data(model.index(row), ui::TranscriptModel::ContentRole).value<ui::InlineText>();
    };
    QCOMPARE(int(last(1).runs[0].ink), int(ui::CodeInk::Comment));
    QCOMPARE(model.data(model.index(1), ui::TranscriptModel::LanguageRole).toString(), QString("C++"));
    model.setWrapped(1, true);
    model.appendText(QString("line of a comment\n").repeated(150) + "*/ int x;");
    QCOMPARE(kinds(model), QStringList({"user", "code", "code", "footer"}));
    QVERIFY(model.data(model.index(2), ui::TranscriptModel::WrappedRole).toBool());
    const ui::InlineText second = last(2);
    QCOMPARE(int(second.runs[0].ink), int(ui::CodeInk::Comment));
    QCOMPARE(int(second.runs[2].ink), int(ui::CodeInk::Type));
    model.setWrapped(2, false);
    QVERIFY(!model.data(model.index(1), ui::TranscriptModel::WrappedRole).toBool());
  }

  void transcriptKeepsRowsThatStay() {
    ui::TranscriptModel model;
    model.setMessages({user(1, "a"), answer(2, "x\n\ny"), user(3, "b")});
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    model.setMessages({user(1, "a"), answer(2, "x\n\ny"), user(4, "c"), answer(5, "z")});
    QCOMPARE(removed.size(), 1);
    QCOMPARE(removed[0][1].toInt(), 4);
    QCOMPARE(kinds(model), QStringList({"user", "paragraph", "paragraph", "footer", "user", "paragraph", "footer"}));
    QVERIFY(model.data(model.index(6), ui::TranscriptModel::NewestRole).toBool());
    QVERIFY(!model.data(model.index(3), ui::TranscriptModel::NewestRole).toBool());
  }

  void userTextIsNeverMarkup() {
    ui::TranscriptModel model;
    model.setMessages({user(1, "# not a heading <b>x</b>")});
    QCOMPARE(kinds(model), QStringList({"user"}));
    QCOMPARE(model.data(model.index(0), ui::TranscriptModel::ContentRole).value<ui::InlineText>().text,
             QString("# not a heading <b>x</b>"));
  }

  void factsSurviveTheStore() {
    ui::AnswerFacts facts;
    facts.promptTokens = 214;
    facts.completionTokens = 237;
    facts.firstTokenSeconds = 0.0912345678901;
    facts.decodeSeconds = 2.0;
    facts.reason = "stop";
    facts.model = "a/b";
    QVERIFY(ui::AnswerFacts::fromJson(facts.toJson("{\"top_k\": 1}")) == facts);
    QCOMPARE(facts.speed(), QString("118.0"));
    QCOMPARE(facts.firstToken(), QString("0.09"));
    QCOMPARE(ui::AnswerFacts::fromJson("[]").speed(), QString());
  }

  void sectionsByDay() {
    const QDateTime now(QDate(2026, 3, 15), QTime(12, 0));
    const auto section = [&](int days) { return ui::ConversationListModel::sectionOf(now.addDays(-days), now); };
    QCOMPARE(section(0), QString("Today"));
    QCOMPARE(section(1), QString("Yesterday"));
    QCOMPARE(section(6), QString("Last 7 days"));
    QCOMPARE(section(40), QString("February"));
    QCOMPARE(section(400), QString("2025"));
  }

  void samePrefixes() {
    const auto text = [](const char* t, QList<ui::InlineRun> runs) {
      ui::InlineText one;
      one.text = t;
      one.runs = std::move(runs);
      return one;
    };
    QCOMPARE(ui::samePrefix(text("abc", {{3, 0, {}}}), text("abcd", {{4, 0, {}}})), 3);
    QCOMPARE(ui::samePrefix(text("a*b", {{3, 0, {}}}), text("ab", {{1, 0, {}}, {1, ui::Italic, {}}})), 1);
    QCOMPARE(ui::samePrefix(text("ab", {{1, 0, {}}, {1, ui::Bold, {}}}), text("ab", {{2, 0, {}}})), 1);
    QCOMPARE(ui::samePrefix(text("", {}), text("x", {{1, 0, {}}})), 0);
  }
};

QTEST_GUILESS_MAIN(ChatPartsTest)
#include "chat_parts_test.moc"

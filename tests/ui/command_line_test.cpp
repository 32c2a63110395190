#include <QSignalSpy>
#include <QTest>

#include "ui/command_line.h"

class CommandLineTest : public QObject {
  Q_OBJECT

 private slots:
  void setsFlags() {
    app::Settings settings;
    const auto line =
        ui::readCommandLine({"--port", "9000", "--max_model_len=2048", "--prefix-cache", "0", "/tmp/m.gguf"}, settings);
    QVERIFY2(line.ok(), line.ok() ? "" : line.error().message.c_str());
    QCOMPARE(settings.integer("port").value(), int64_t(9000));
    QCOMPARE(settings.integer("max-model-len").value(), int64_t(2048));
    QVERIFY(!settings.boolean("prefix-cache"));
    QCOMPARE(settings.text("model-path"), std::string("/tmp/m.gguf"));
    QVERIFY(settings.source("port") == app::SettingSource::Flag);
  }

  void refusesWhatItDoesNotKnow() {
    app::Settings settings;
    QVERIFY(!ui::readCommandLine({"--no-such-flag"}, settings).ok());
    QVERIFY(!ui::readCommandLine({"--port"}, settings).ok());
    QVERIFY(!ui::readCommandLine({"--port", "99999999"}, settings).ok());
    QVERIFY(!ui::readCommandLine({"--"}, settings).ok());
    QVERIFY(!ui::readCommandLine({"-"}, settings).ok());
  }

  void helpNamesEverySetting() {
    const std::string help = ui::commandLineHelp();
    for (const app::SettingRow& row : app::settingRows()) {
      QVERIFY(help.find("--" + std::string(row.key)) != std::string::npos);
    }
  }
};

QTEST_GUILESS_MAIN(CommandLineTest)
#include "command_line_test.moc"

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutSection</name>
    <message>
        <source>Hearth %1</source>
        <translation>Hearth %1</translation>
    </message>
    <message>
        <source>Large language models on your own computer. Licence Apache-2.0.</source>
        <translation>在您自己的计算机上运行大语言模型。许可证 Apache-2.0。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>AdvancedRow</name>
    <message>
        <source>Back to %1</source>
        <translation>恢复为 %1</translation>
    </message>
</context>
<context>
    <name>AdvancedSection</name>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>Fold the advanced settings</source>
        <translation>收起高级设置</translation>
    </message>
    <message>
        <source>Show the advanced settings</source>
        <translation>显示高级设置</translation>
    </message>
    <message>
        <source>Fewer settings</source>
        <translation>较少设置</translation>
    </message>
    <message>
        <source>All %1 settings</source>
        <translation>全部 %1 项设置</translation>
    </message>
</context>
<context>
    <name>AnswerFooter</name>
    <message>
        <source>Drop the oldest turns (%1)</source>
        <translation>丢弃最早的轮次（%1）</translation>
    </message>
    <message>
        <source>This answer failed.</source>
        <translation>此回答失败了。</translation>
    </message>
    <message>
        <source>This answer was interrupted. What had arrived is kept.</source>
        <translation>此回答被中断，已收到的内容已保留。</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>重新生成</translation>
    </message>
    <message>
        <source>The context is full. Oldest turns left out: %1</source>
        <translation>上下文已满，已略去最早的轮次：%1</translation>
    </message>
    <message>
        <source>Reading the prompt: %1 of %2 tokens</source>
        <translation>正在读取提示词：%1 / %2 个词元</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Answering</source>
        <translation>正在回答</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>first token</source>
        <translation>首个词元</translation>
    </message>
    <message>
        <source>s</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>in</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>out</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>已编辑</translation>
    </message>
    <message>
        <source>end of turn</source>
        <translation>回答完毕</translation>
    </message>
    <message>
        <source>token limit</source>
        <translation>达到词元上限</translation>
    </message>
    <message>
        <source>Copy answer</source>
        <translation>复制回答</translation>
    </message>
    <message>
        <source>Edit answer</source>
        <translation>编辑回答</translation>
    </message>
    <message>
        <source>New chat from here</source>
        <translation>从这里新建对话</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>BranchMap</name>
    <message>
        <source>Branches: %1</source>
        <translation>分支：%1</translation>
    </message>
    <message>
        <source>You: %1</source>
        <translation>你：%1</translation>
    </message>
    <message>
        <source>Answer: %1</source>
        <translation>回答：%1</translation>
    </message>
</context>
<context>
    <name>ChartCard</name>
    <message>
        <source>%1: %2 %3</source>
        <translation>%1：%2 %3</translation>
    </message>
    <message>
        <source>%1: not known</source>
        <translation>%1：未知</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
</context>
<context>
    <name>ChatFiles</name>
    <message>
        <source>Attach text files</source>
        <translation>添加文本文件</translation>
    </message>
    <message>
        <source>Import chats of ChatGPT, LM Studio or Hearth</source>
        <translation>导入 ChatGPT、LM Studio 或 Hearth 的对话</translation>
    </message>
    <message>
        <source>Exported chats (*.json)</source>
        <translation>导出的对话 (*.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Export the chat</source>
        <translation>导出对话</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>Chats</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Temporary: nothing is kept</source>
        <translation>临时对话：不保留任何内容</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新建对话</translation>
    </message>
    <message>
        <source>Branches</source>
        <translation>分支</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Ask something</source>
        <translation>问点什么</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>未加载模型</translation>
    </message>
    <message>
        <source>%1 runs on this computer; nothing leaves it.</source>
        <translation>%1 在本机运行，内容不会离开本机。</translation>
    </message>
    <message>
        <source>Chats are here; answers need a model.</source>
        <translation>对话都在这里；要得到回答需要先加载模型。</translation>
    </message>
    <message>
        <source>See why</source>
        <translation>查看原因</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Enter sends    Shift+Enter new line    Up edits your last message</source>
        <translation>Enter 发送    Shift+Enter 换行    ↑ 编辑上一条消息</translation>
    </message>
    <message>
        <source>“%1” deleted</source>
        <translation>已删除“%1”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Messages deleted: %1</source>
        <translation>已删除消息：%1</translation>
    </message>
    <message>
        <source>End comparing</source>
        <translation>结束对比</translation>
    </message>
    <message>
        <source>Compare two answers</source>
        <translation>对比两个回答</translation>
    </message>
    <message>
        <source>%1 answers at %2; what you write is sent there.</source>
        <translation>%1 在 %2 上作答；你写的内容会发送到那里。</translation>
    </message>
</context>
<context>
    <name>ChatSection</name>
    <message>
        <source>Chats of other programs</source>
        <translation>其他程序的对话</translation>
    </message>
    <message>
        <source>Reads exports of ChatGPT and LM Studio, and Hearth&apos;s own, as JSON files; chats that are here already stay as they are</source>
        <translation>读取 ChatGPT、LM Studio 和 Hearth 自己导出的 JSON 文件；已有的对话保持不变</translation>
    </message>
    <message>
        <source>Import chats…</source>
        <translation>导入对话…</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>No presets yet</source>
        <translation>还没有预设</translation>
    </message>
    <message>
        <source>A preset keeps a system prompt and parameters: “Save as preset” in the parameters beside a chat</source>
        <translation>预设保存系统提示词和参数：在对话旁的参数栏中选“保存为预设”</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Wrap lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
</context>
<context>
    <name>CompareColumn</name>
    <message>
        <source>%1: model</source>
        <translation>%1：模型</translation>
    </message>
    <message>
        <source>%1: parameters</source>
        <translation>%1：参数</translation>
    </message>
    <message>
        <source>Go on with this</source>
        <translation>用这个继续</translation>
    </message>
    <message>
        <source>Go on with the %1</source>
        <translation>用%1继续</translation>
    </message>
</context>
<context>
    <name>CompareSettings</name>
    <message>
        <source>Max tokens</source>
        <translation>最大词元数</translation>
    </message>
    <message>
        <source>what fits</source>
        <translation>按剩余空间</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Left answer</source>
        <translation>左侧回答</translation>
    </message>
    <message>
        <source>Right answer</source>
        <translation>右侧回答</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Attach</source>
        <translation>添加附件</translation>
    </message>
    <message>
        <source>Editing the answer: saves another version of it</source>
        <translation>正在编辑回答：将另存为一个新版本</translation>
    </message>
    <message>
        <source>Editing: sends another version of your message</source>
        <translation>正在编辑：将发送消息的新版本</translation>
    </message>
    <message>
        <source>Keep the old one</source>
        <translation>保留原来的</translation>
    </message>
    <message>
        <source>Attached: %1, %2</source>
        <translation>附件：%1，%2</translation>
    </message>
    <message>
        <source>%1 · %2 tokens</source>
        <translation>%1 · %2 个词元</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Write to %1</source>
        <translation>给 %1 写点什么</translation>
    </message>
    <message>
        <source>Load a model to chat</source>
        <translation>加载模型后即可对话</translation>
    </message>
    <message>
        <source>Attach text files</source>
        <translation>添加文本文件</translation>
    </message>
    <message>
        <source>%1 tokens to send</source>
        <translation>待发送 %1 个词元</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Choose the answer to go on with</source>
        <translation>请选择用哪个回答继续</translation>
    </message>
    <message>
        <source>Ask both</source>
        <translation>同时问两边</translation>
    </message>
</context>
<context>
    <name>ComputerCard</name>
    <message>
        <source>%1: %2 %3</source>
        <translation>%1：%2 %3</translation>
    </message>
</context>
<context>
    <name>ContextChoice</name>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>%1 per token, %2</source>
        <translation>每个词元 %1，%2</translation>
    </message>
    <message>
        <source>Largest that fits</source>
        <translation>可容纳的最大值</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>%1 tokens, %2</source>
        <translation>%1 个词元，%2</translation>
    </message>
    <message>
        <source>No context fits</source>
        <translation>容不下任何上下文</translation>
    </message>
    <message>
        <source>The whole trained context fits.</source>
        <translation>可容纳完整的训练上下文。</translation>
    </message>
    <message>
        <source>Largest that fits: %1</source>
        <translation>可容纳的最大值：%1</translation>
    </message>
    <message>
        <source>Trained maximum: %1</source>
        <translation>训练时的最大值：%1</translation>
    </message>
</context>
<context>
    <name>ContextMeter</name>
    <message>
        <source>Context: %1 of %2 tokens</source>
        <translation>上下文：%1 / %2 个词元</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
</context>
<context>
    <name>ConversationPane</name>
    <message>
        <source>Chats</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Import chats…</source>
        <translation>导入对话…</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>新建临时对话</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新建对话</translation>
    </message>
    <message>
        <source>Search titles and text</source>
        <translation>搜索标题和内容</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>No chats yet. What you write first becomes the title.</source>
        <translation>还没有对话。你写的第一句话会成为标题。</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消置顶</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>创建副本</translation>
    </message>
    <message>
        <source>Export as Markdown…</source>
        <translation>导出为 Markdown…</translation>
    </message>
    <message>
        <source>Export as JSON…</source>
        <translation>导出为 JSON…</translation>
    </message>
    <message>
        <source>Export as HTML…</source>
        <translation>导出为 HTML…</translation>
    </message>
    <message>
        <source>Export as PDF…</source>
        <translation>导出为 PDF…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Del</translation>
    </message>
</context>
<context>
    <name>ConversationRow</name>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>DeviceChoice</name>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
</context>
<context>
    <name>DeviceMemoryCard</name>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>of %1 GB, measured</source>
        <translation>共 %1 GB，实测</translation>
    </message>
    <message>
        <source>Other programs</source>
        <translation>其他程序</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Activations, workspace</source>
        <translation>激活值与工作区</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
</context>
<context>
    <name>Dialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>DirectoryColumn</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Get models…</source>
        <translation>获取模型…</translation>
    </message>
    <message>
        <source>Search models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Model directory…</source>
        <translation>模型目录…</translation>
    </message>
    <message>
        <source>.gguf file…</source>
        <translation>.gguf 文件…</translation>
    </message>
    <message>
        <source>Search another folder…</source>
        <translation>搜索其他文件夹…</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>Name, type or folder</source>
        <translation>名称、类型或文件夹</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Nothing opened yet</source>
        <translation>还没有打开过模型</translation>
    </message>
    <message>
        <source>Looking through the folders…</source>
        <translation>正在查找各文件夹…</translation>
    </message>
    <message>
        <source>Drop a folder or a .gguf file</source>
        <translation>可拖入文件夹或 .gguf 文件</translation>
    </message>
    <message>
        <source>Connect to a server…</source>
        <translation>连接到服务器…</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Try again from here</source>
        <translation>从断点重试</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Take off the list, the files stay</source>
        <translation>从列表移除，文件保留</translation>
    </message>
    <message>
        <source>Cancel and delete its parts</source>
        <translation>取消并删除已下载部分</translation>
    </message>
</context>
<context>
    <name>FailureCard</name>
    <message>
        <source>Copy what happened</source>
        <translation>复制错误信息</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Needed</source>
        <translation>需要</translation>
    </message>
    <message>
        <source>Free for Hearth</source>
        <translation>Hearth 可用</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>缺少</translation>
    </message>
</context>
<context>
    <name>FigureCard</name>
    <message>
        <source>%1: %2 %3</source>
        <translation>%1：%2 %3</translation>
    </message>
</context>
<context>
    <name>FirstRunPage</name>
    <message>
        <source>No model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Everything runs on this computer. Choose where the first model comes from.</source>
        <translation>一切都在本机运行。请选择第一个模型从哪里来。</translation>
    </message>
    <message>
        <source>Open a model directory</source>
        <translation>打开模型目录</translation>
    </message>
    <message>
        <source>Hugging Face layout or a .gguf file, used in place and never copied. Or drop it anywhere on this window.</source>
        <translation>Hugging Face 格式的目录或 .gguf 文件，就地使用，从不复制。也可以拖到窗口的任意位置。</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Get a model</source>
        <translation>获取模型</translation>
    </message>
    <message>
        <source>Search a hub for open models, see which fit on this computer, download one. Downloads go on where they stopped and are checked.</source>
        <translation>在 Hub 上搜索开放模型，查看哪些适合本机，然后下载。下载可断点续传，并会校验。</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Found on this computer: %1</source>
        <translation>在这台计算机上找到：%1</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Connect to a server</source>
        <translation>连接到服务器</translation>
    </message>
    <message>
        <source>Any OpenAI-compatible address. Chats then leave this computer; the window always shows it.</source>
        <translation>任何兼容 OpenAI 的地址。这样对话会离开这台计算机；窗口会一直显示这一点。</translation>
    </message>
    <message>
        <source>Enter address</source>
        <translation>输入地址</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
</context>
<context>
    <name>GetModelsSheet</name>
    <message>
        <source>Get models</source>
        <translation>获取模型</translation>
    </message>
    <message>
        <source>from %1; kept in %2</source>
        <translation>来自 %1；保存在 %2</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>HostMemory</name>
    <message>
        <source>Host memory: %1</source>
        <translation>主机内存：%1</translation>
    </message>
    <message>
        <source>Host memory</source>
        <translation>主机内存</translation>
    </message>
    <message>
        <source>%1 of %2 free</source>
        <translation>%2 中有 %1 空闲</translation>
    </message>
</context>
<context>
    <name>HubChoiceRow</name>
    <message>
        <source>In the list</source>
        <translation>已在列表中</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
</context>
<context>
    <name>HubDownloads</name>
    <message>
        <source>Downloads · %1 running or waiting</source>
        <translation>下载 · %1 个进行中或等待中</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
</context>
<context>
    <name>HubRepository</name>
    <message>
        <source>Back to the search</source>
        <translation>返回搜索</translation>
    </message>
    <message>
        <source>Copy the address of its page</source>
        <translation>复制其页面地址</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>There is nothing in it that could be loaded: no safetensors weights with a config.json and no GGUF file.</source>
        <translation>其中没有可加载的内容：既没有带 config.json 的 safetensors 权重，也没有 GGUF 文件。</translation>
    </message>
</context>
<context>
    <name>HubResultRow</name>
    <message>
        <source>on request</source>
        <translation>需申请</translation>
    </message>
</context>
<context>
    <name>HubSearch</name>
    <message>
        <source>Name, family or address of a model, then Enter</source>
        <translation>输入模型的名称、系列或地址，然后按 Enter</translation>
    </message>
    <message>
        <source>Search for models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Models found</source>
        <translation>找到的模型</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>What are you looking for?</source>
        <translation>想找什么模型？</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>The words go to %1 when you search, and nothing else does.</source>
        <translation>搜索时只会把这些词发送给 %1，不会发送其他任何内容。</translation>
    </message>
    <message>
        <source>Fewer words find more. The format can be left open.</source>
        <translation>词越少，结果越多。格式可以不限。</translation>
    </message>
</context>
<context>
    <name>KeyDialog</name>
    <message>
        <source>New key</source>
        <translation>新建密钥</translation>
    </message>
    <message>
        <source>Rename key</source>
        <translation>重命名密钥</translation>
    </message>
    <message>
        <source>Name the program that will use it. Its requests go by this name in the table.</source>
        <translation>写下将使用它的程序的名称。表格中用这个名称标出它的请求。</translation>
    </message>
    <message>
        <source>The key itself stays as it is.</source>
        <translation>密钥本身保持不变。</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Make and copy</source>
        <translation>生成并复制</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
</context>
<context>
    <name>KeyList</name>
    <message>
        <source>Keys</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>新建密钥</translation>
    </message>
    <message>
        <source>The keys cannot be read: %1 The server stays off until they can, or until they are forgotten.</source>
        <translation>无法读取密钥：%1 在能够读取或忘掉它们之前，服务器保持关闭。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Forget them</source>
        <translation>忘掉它们</translation>
    </message>
    <message>
        <source>The key is on the clipboard.</source>
        <translation>密钥已在剪贴板中。</translation>
    </message>
    <message>
        <source>No keychain takes the keys: they are in keys.json, which only your user can read.</source>
        <translation>没有可用的钥匙串：密钥保存在 keys.json 中，只有您的用户可以读取。</translation>
    </message>
    <message>
        <source>The reason: %1</source>
        <translation>原因：%1</translation>
    </message>
    <message>
        <source>The new key is on the clipboard.</source>
        <translation>新密钥已在剪贴板中。</translation>
    </message>
    <message>
        <source>Revoke the key %1?</source>
        <translation>吊销密钥 %1？</translation>
    </message>
    <message>
        <source>Programs that use it are refused from now on. It is the last key: the server will then be for this computer alone.</source>
        <translation>使用它的程序从现在起将被拒绝。这是最后一个密钥：之后服务器只供本机使用。</translation>
    </message>
    <message>
        <source>Programs that use it are refused from now on. It is the last key: programs on this computer will then need none.</source>
        <translation>使用它的程序从现在起将被拒绝。这是最后一个密钥：之后本机上的程序不再需要密钥。</translation>
    </message>
    <message>
        <source>Programs that use it are refused from now on. This cannot be undone.</source>
        <translation>使用它的程序从现在起将被拒绝。此操作无法撤销。</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>吊销</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Forget the keys that cannot be read?</source>
        <translation>忘掉无法读取的密钥？</translation>
    </message>
    <message>
        <source>Programs that use them are refused from then on, and new keys can be made. This cannot be undone.</source>
        <translation>使用它们的程序此后将被拒绝，之后可以生成新密钥。此操作无法撤销。</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留它们</translation>
    </message>
</context>
<context>
    <name>KeyRow</name>
    <message>
        <source>Copy key</source>
        <translation>复制密钥</translation>
    </message>
    <message>
        <source>Key %1, %2, last used: %3</source>
        <translation>密钥 %1，%2，上次使用：%3</translation>
    </message>
    <message>
        <source>Key %1, %2, not used yet</source>
        <translation>密钥 %1，%2，尚未使用</translation>
    </message>
    <message>
        <source>What can be done with this key</source>
        <translation>此密钥的操作</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>吊销</translation>
    </message>
</context>
<context>
    <name>LoadPanel</name>
    <message>
        <source>Unloading gives %1 back. A changed choice takes effect with Reload.</source>
        <translation>卸载可释放 %1。更改的选项在重新加载后生效。</translation>
    </message>
    <message>
        <source>Does not fit yet. Choose a way out, or free %1.</source>
        <translation>还放不下。请选择一个解决办法，或释放 %1。</translation>
    </message>
    <message>
        <source>Cancelled. Everything is free again.</source>
        <translation>已取消，全部内存已释放。</translation>
    </message>
    <message>
        <source>Nothing is written; the files stay as they are.</source>
        <translation>不写入任何内容，文件保持原样。</translation>
    </message>
    <message>
        <source>This model cannot be loaded as it is.</source>
        <translation>此模型按现状无法加载。</translation>
    </message>
    <message>
        <source>Unload</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>重新加载</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Copy the command line</source>
        <translation>复制命令行</translation>
    </message>
    <message>
        <source>Look at the files again</source>
        <translation>重新检查文件</translation>
    </message>
    <message>
        <source>Back to the global defaults</source>
        <translation>恢复全局默认值</translation>
    </message>
    <message>
        <source>Open chat</source>
        <translation>打开对话</translation>
    </message>
</context>
<context>
    <name>LoadProgress</name>
    <message>
        <source>of %1</source>
        <translation>/ %1</translation>
    </message>
    <message>
        <source>Giving the memory back</source>
        <translation>正在释放内存</translation>
    </message>
    <message>
        <source>Looking at the files</source>
        <translation>正在检查文件</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
</context>
<context>
    <name>LogView</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Prompts are not logged</source>
        <translation>不记录提示词</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter the log</source>
        <translation>筛选日志</translation>
    </message>
    <message>
        <source>Copy the lines shown</source>
        <translation>复制显示的行</translation>
    </message>
    <message>
        <source>Clear the log</source>
        <translation>清空日志</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>warn</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>info</source>
        <translation>信息</translation>
    </message>
    <message>
        <source>No line matches.</source>
        <translation>没有匹配的行。</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>Hearth</source>
        <translation>Hearth</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Restart Hearth</source>
        <translation>重启 Hearth</translation>
    </message>
    <message>
        <source>Open as model</source>
        <translation>作为模型打开</translation>
    </message>
</context>
<context>
    <name>MathBlock</name>
    <message>
        <source>Formula: %1</source>
        <translation>公式：%1</translation>
    </message>
</context>
<context>
    <name>MemoryBar</name>
    <message>
        <source>Memory plan</source>
        <translation>内存规划</translation>
    </message>
</context>
<context>
    <name>MemoryColumn</name>
    <message>
        <source>This computer’s memory</source>
        <translation>本机内存</translation>
    </message>
    <message>
        <source>In memory now</source>
        <translation>当前占用内存</translation>
    </message>
    <message>
        <source>Hearth uses, measured</source>
        <translation>Hearth 实测占用</translation>
    </message>
    <message>
        <source>Hearth would use</source>
        <translation>Hearth 将需要</translation>
    </message>
    <message>
        <source>Hearth will use</source>
        <translation>Hearth 将占用</translation>
    </message>
    <message>
        <source>Still to come</source>
        <translation>尚未载入</translation>
    </message>
    <message>
        <source>Over by</source>
        <translation>超出</translation>
    </message>
    <message>
        <source>More than planned</source>
        <translation>比规划多</translation>
    </message>
    <message>
        <source>Less than planned</source>
        <translation>比规划少</translation>
    </message>
    <message>
        <source>Stays free</source>
        <translation>保持空闲</translation>
    </message>
    <message>
        <source>Other programs</source>
        <translation>其他程序</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Reserve</source>
        <translation>预留</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>%1 GPUs</source>
        <translation>%1 个 GPU</translation>
    </message>
</context>
<context>
    <name>MemoryDevices</name>
    <message>
        <source>GPU %1</source>
        <translation>GPU %1</translation>
    </message>
    <message>
        <source>Memory plan of %1</source>
        <translation>%1 的内存计划</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Reserve</source>
        <translation>预留</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>The KV cache holds %1 tokens. Drag its edge for more or less.</source>
        <translation>KV 缓存可容纳 %1 词元。拖动其边缘可增减。</translation>
    </message>
</context>
<context>
    <name>MemoryFigures</name>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
</context>
<context>
    <name>MemoryHandle</name>
    <message>
        <source>Context length: %1 tokens, %2</source>
        <translation>上下文长度：%1 个词元，%2</translation>
    </message>
    <message>
        <source>Arrow keys change it by 1,024 tokens, Page Up and Page Down by 8,192; End takes the largest that fits.</source>
        <translation>方向键每次调整 1,024 个词元，Page Up 和 Page Down 每次 8,192 个；End 取可容纳的最大值。</translation>
    </message>
    <message>
        <source>%1 tokens, %2</source>
        <translation>%1 个词元，%2</translation>
    </message>
</context>
<context>
    <name>MemoryLabel</name>
    <message>
        <source>%1% of all</source>
        <translation>占总量 %1%</translation>
    </message>
    <message>
        <source>%1 bytes, %2 GiB, %3</source>
        <translation>%1 字节，%2 GiB，%3</translation>
    </message>
    <message>
        <source>%1: %2 gigabytes</source>
        <translation>%1：%2 GB</translation>
    </message>
</context>
<context>
    <name>MemoryLabels</name>
    <message>
        <source>as planned</source>
        <translation>与规划一致</translation>
    </message>
    <message>
        <source>%1 more than planned</source>
        <translation>比规划多 %1</translation>
    </message>
    <message>
        <source>%1 less than planned</source>
        <translation>比规划少 %1</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>planned %1</source>
        <translation>规划 %1</translation>
    </message>
    <message>
        <source>up to the mark: %1 tokens</source>
        <translation>到标记处：%1 个词元</translation>
    </message>
    <message>
        <source>Reserve</source>
        <translation>预留</translation>
    </message>
    <message>
        <source>kept for everything else</source>
        <translation>留给其他一切</translation>
    </message>
    <message>
        <source>GPU memory share %1</source>
        <translation>显存占用比例 %1</translation>
    </message>
    <message>
        <source>Activations, workspace</source>
        <translation>激活值与工作区</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>%1 tokens, room for %2; drag the edge</source>
        <translation>%1 个词元，可容纳 %2；可拖动边缘</translation>
    </message>
    <message>
        <source>%1 tokens; drag the edge</source>
        <translation>%1 个词元；可拖动边缘</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>%1 landed</source>
        <translation>已载入 %1</translation>
    </message>
    <message>
        <source>quantised while loading, from %1</source>
        <translation>加载时量化，原为 %1</translation>
    </message>
    <message>
        <source>Other programs</source>
        <translation>其他程序</translation>
    </message>
</context>
<context>
    <name>ModelButton</name>
    <message>
        <source>No model</source>
        <translation>无模型</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>模型：%1</translation>
    </message>
    <message>
        <source>Use the model here</source>
        <translation>使用本机模型</translation>
    </message>
    <message>
        <source>Answer on this computer</source>
        <translation>在本机作答</translation>
    </message>
    <message>
        <source>Use %1</source>
        <translation>使用 %1</translation>
    </message>
    <message>
        <source>Choose a model…</source>
        <translation>选择模型…</translation>
    </message>
    <message>
        <source>Another server or model…</source>
        <translation>换一个服务器或模型…</translation>
    </message>
    <message>
        <source>Connect to a server…</source>
        <translation>连接到服务器…</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Complete; headers checked</source>
        <translation>完整；文件头已检查</translation>
    </message>
</context>
<context>
    <name>ModelDialogs</name>
    <message>
        <source>Search a folder for models</source>
        <translation>在文件夹中搜索模型</translation>
    </message>
    <message>
        <source>Open a model directory</source>
        <translation>打开模型目录</translation>
    </message>
    <message>
        <source>Open a .gguf file</source>
        <translation>打开 .gguf 文件</translation>
    </message>
    <message>
        <source>Model files (*.gguf)</source>
        <translation>模型文件 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>ModelHeader</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>未加载</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>加载中</translation>
    </message>
    <message>
        <source>loaded in %1 s</source>
        <translation>已加载，用时 %1 秒</translation>
    </message>
    <message>
        <source>did not load</source>
        <translation>加载失败</translation>
    </message>
    <message>
        <source>Choices are locked while loading</source>
        <translation>加载期间选项已锁定</translation>
    </message>
    <message>
        <source>Settings come from:</source>
        <translation>设置来自：</translation>
    </message>
    <message>
        <source>last used with this model</source>
        <translation>此模型上次的设置</translation>
    </message>
    <message>
        <source>global default</source>
        <translation>全局默认值</translation>
    </message>
    <message>
        <source>Back to the global defaults</source>
        <translation>恢复全局默认值</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Model directory…</source>
        <translation>模型目录…</translation>
    </message>
    <message>
        <source>.gguf file…</source>
        <translation>.gguf 文件…</translation>
    </message>
    <message>
        <source>Get models…</source>
        <translation>获取模型…</translation>
    </message>
    <message>
        <source>Connect to a server…</source>
        <translation>连接到服务器…</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>Recent and found models</source>
        <translation>最近使用和找到的模型</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>while loading, from the original files; nothing is written</source>
        <translation>加载时由原始文件进行，不写入任何内容</translation>
    </message>
    <message>
        <source>at %1 tokens</source>
        <translation>%1 个词元时</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>计算类型</translation>
    </message>
    <message>
        <source>as trained: %1</source>
        <translation>与训练相同：%1</translation>
    </message>
    <message>
        <source>fast everywhere</source>
        <translation>在各种设备上都快</translation>
    </message>
    <message>
        <source>the range of float32 in 16 bits</source>
        <translation>以 16 位达到 float32 的数值范围</translation>
    </message>
    <message>
        <source>the exact path, slower</source>
        <translation>精确计算，较慢</translation>
    </message>
    <message>
        <source>No model chosen</source>
        <translation>未选择模型</translation>
    </message>
    <message>
        <source>Choose a directory in Hugging Face layout or a .gguf file; it is used in place and never copied.</source>
        <translation>选择 Hugging Face 格式的目录或 .gguf 文件；就地使用，从不复制。</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
</context>
<context>
    <name>MonitorPage</name>
    <message>
        <source>Monitor</source>
        <translation>监控</translation>
    </message>
    <message>
        <source>1 min</source>
        <translation>1 分钟</translation>
    </message>
    <message>
        <source>5 min</source>
        <translation>5 分钟</translation>
    </message>
    <message>
        <source>30 min</source>
        <translation>30 分钟</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Copy numbers</source>
        <translation>复制数值</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Utilisation</source>
        <translation>利用率</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>功耗</translation>
    </message>
    <message>
        <source>Memory clock</source>
        <translation>显存频率</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Generated, all requests</source>
        <translation>生成速度（全部请求）</translation>
    </message>
    <message>
        <source>Requests in the batch</source>
        <translation>批次中的请求</translation>
    </message>
    <message>
        <source>KV blocks used</source>
        <translation>已用 KV 块</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
</context>
<context>
    <name>NetworkChoice</name>
    <message>
        <source>Reachable from other machines</source>
        <translation>其他机器可以访问</translation>
    </message>
    <message>
        <source>every request needs a key</source>
        <translation>每个请求都需要密钥</translation>
    </message>
    <message>
        <source>now only programs on this computer</source>
        <translation>目前只有本机上的程序</translation>
    </message>
    <message>
        <source>This computer is on no network.</source>
        <translation>本机未连接网络。</translation>
    </message>
    <message>
        <source>Listens on %1 without encryption. Requests without a key are refused.</source>
        <translation>在 %1 上监听，不加密。没有密钥的请求将被拒绝。</translation>
    </message>
    <message>
        <source>Would listen on %1. Requests without a key would be refused.</source>
        <translation>打开后在 %1 上监听。没有密钥的请求将被拒绝。</translation>
    </message>
    <message>
        <source>Open the server to other machines?</source>
        <translation>向其他机器开放服务器？</translation>
    </message>
    <message>
        <source>Every machine that reaches %1 could then call the model, over plain HTTP without encryption.</source>
        <translation>之后，每台能连到 %1 的机器都可以通过不加密的 HTTP 调用模型。</translation>
    </message>
    <message>
        <source>Every machine of your network could then call the model, over plain HTTP without encryption.</source>
        <translation>之后，您网络中的每台机器都可以通过不加密的 HTTP 调用模型。</translation>
    </message>
    <message>
        <source>That needs a key; one is made and goes to the clipboard.</source>
        <translation>这需要密钥；将生成一个并复制到剪贴板。</translation>
    </message>
    <message>
        <source>Requests need one of your keys.</source>
        <translation>请求需要您的某个密钥。</translation>
    </message>
    <message>
        <source>Make a key and open</source>
        <translation>生成密钥并开放</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>Keep it closed</source>
        <translation>保持关闭</translation>
    </message>
</context>
<context>
    <name>ParameterPane</name>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>已更改 %n 项</numerusform>
        </translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Save as preset…</source>
        <translation>保存为预设…</translation>
    </message>
    <message>
        <source>Use the model’s preset</source>
        <translation>使用模型自带的预设</translation>
    </message>
    <message>
        <source>Delete this preset</source>
        <translation>删除此预设</translation>
    </message>
    <message>
        <source>Hide parameters</source>
        <translation>隐藏参数</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>What the model should know and how it should answer</source>
        <translation>告诉模型需要知道什么、该如何回答</translation>
    </message>
    <message>
        <source>Max tokens</source>
        <translation>最大词元数</translation>
    </message>
    <message>
        <source>what fits</source>
        <translation>按剩余空间</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>When the context is full</source>
        <translation>上下文已满时</translation>
    </message>
    <message>
        <source>Stop and ask</source>
        <translation>停下并询问</translation>
    </message>
    <message>
        <source>Drop oldest</source>
        <translation>丢弃最早的</translation>
    </message>
    <message>
        <source>Reset to “%1”</source>
        <translation>重置为“%1”</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
</context>
<context>
    <name>ParameterRow</name>
    <message>
        <source>Back to the default</source>
        <translation>恢复默认值</translation>
    </message>
</context>
<context>
    <name>PresetDialog</name>
    <message>
        <source>Save as preset</source>
        <translation>保存为预设</translation>
    </message>
    <message>
        <source>Keeps the system prompt and all parameters. A preset of the same name is replaced.</source>
        <translation>保存系统提示词和全部参数。同名预设会被替换。</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>PrivacySection</name>
    <message>
        <source>What leaves this computer</source>
        <translation>哪些内容会离开这台计算机</translation>
    </message>
    <message>
        <source>Nothing by itself</source>
        <translation>没有任何内容会自行离开</translation>
    </message>
    <message>
        <source>No statistics, no reports, no look for updates. Chats and settings are files of this computer.</source>
        <translation>没有统计，没有报告，不检查更新。对话和设置是这台计算机上的文件。</translation>
    </message>
    <message>
        <source>Get models</source>
        <translation>获取模型</translation>
    </message>
    <message>
        <source>Searches and downloads go to the hub when you ask for them (HF_ENDPOINT names another one); a token (HF_TOKEN) goes to the hub alone</source>
        <translation>只有在您要求时才向模型库搜索和下载（HF_ENDPOINT 可指定另一个）；令牌（HF_TOKEN）只发给模型库</translation>
    </message>
    <message>
        <source>Links in answers</source>
        <translation>回答中的链接</translation>
    </message>
    <message>
        <source>Open in the browser when you press them, after their address was shown; pictures from the network are never loaded</source>
        <translation>点按后先显示地址，再在浏览器中打开；从不加载网络图片</translation>
    </message>
</context>
<context>
    <name>ProblemCard</name>
    <message>
        <source>%1 cannot be loaded</source>
        <translation>%1 无法加载</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>Open another</source>
        <translation>打开其他模型</translation>
    </message>
</context>
<context>
    <name>ProgressBar</name>
    <message>
        <source>Working</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>%1 percent</source>
        <translation>百分之 %1</translation>
    </message>
</context>
<context>
    <name>QuantizationRow</name>
    <message>
        <source>%1: %2 gigabytes, %3, %4 tokens a second, %5</source>
        <translation>%1：%2 GB，%3，每秒 %4 个词元，%5</translation>
    </message>
    <message>
        <source>%1: not available. %2</source>
        <translation>%1：不可用。%2</translation>
    </message>
</context>
<context>
    <name>QuantizationTable</name>
    <message>
        <source>Quantization modes</source>
        <translation>量化方式</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Weights GB</source>
        <translation>权重 GB</translation>
    </message>
    <message>
        <source>Total GB</source>
        <translation>总计 GB</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>能否容纳</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>tok/s: the bytes that one token reads over %1/s of memory, measured just now; an upper bound.</source>
        <translation>词元/秒：每个词元要读取的字节数除以刚才实测的内存带宽 %1/s；为上限值。</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Monitor</source>
        <translation>监控</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>ReasoningBar</name>
    <message>
        <source>Reasoning</source>
        <translation>思考中</translation>
    </message>
    <message>
        <source>Reasoned for %1</source>
        <translation>思考了 %1</translation>
    </message>
    <message>
        <source>Shown; hides it</source>
        <translation>已展开；点按收起</translation>
    </message>
    <message>
        <source>Hidden; shows it</source>
        <translation>已收起；点按展开</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
</context>
<context>
    <name>RecentRow</name>
    <message>
        <source>Forget, the files stay</source>
        <translation>从列表移除，文件保留</translation>
    </message>
</context>
<context>
    <name>RemoteDialog</name>
    <message>
        <source>Connect to a server</source>
        <translation>连接到服务器</translation>
    </message>
    <message>
        <source>Any server that speaks OpenAI’s protocol: another Hearth, vLLM, llama.cpp, Ollama, or a service. Its model then answers in the chats.</source>
        <translation>任何使用 OpenAI 协议的服务器：另一个 Hearth、vLLM、llama.cpp、Ollama，或某项服务。之后由它的模型在对话中作答。</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Key, where the server wants one</source>
        <translation>密钥（服务器要求时）</translation>
    </message>
    <message>
        <source>kept from the last time</source>
        <translation>沿用上次保存的</translation>
    </message>
    <message>
        <source>no key</source>
        <translation>无密钥</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Forget this server</source>
        <translation>忘记此服务器</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>正在连接</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
</context>
<context>
    <name>RemoteNotice</name>
    <message>
        <source>The connection is lost. %1 It is tried again until the server answers.</source>
        <translation>连接已断开。%1 会不断重试，直到服务器应答。</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Use the model here</source>
        <translation>使用本机模型</translation>
    </message>
</context>
<context>
    <name>RequestRow</name>
    <message>
        <source>Cancel this request</source>
        <translation>取消此请求</translation>
    </message>
    <message>
        <source>%1, %2, %3: %4, prompt %5, generated %6, %7 seconds</source>
        <translation>%1，%2，%3：%4，提示词 %5，已生成 %6，%7 秒</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Delete</translation>
    </message>
</context>
<context>
    <name>RequestSheet</name>
    <message>
        <source>Request</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Cancel request</source>
        <translation>取消请求</translation>
    </message>
    <message>
        <source>Copy everything</source>
        <translation>复制全部</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>What is known of the request</source>
        <translation>关于此请求的信息</translation>
    </message>
    <message>
        <source>Nothing was recorded of this request: it came before recording was on, was refused, or made room for newer ones.</source>
        <translation>没有记录此请求：它在开始记录之前到达、被拒绝，或已为更新的请求让位。</translation>
    </message>
    <message>
        <source>Recording is off: prompts and answers of requests are kept nowhere. Switch it on to look at those that come.</source>
        <translation>记录已关闭：请求的提示词和回答不会保存在任何地方。打开后可查看之后到达的请求。</translation>
    </message>
    <message>
        <source>Prompt as the model reads it</source>
        <translation>模型读到的提示词</translation>
    </message>
    <message>
        <source>Answer %1</source>
        <translation>回答 %1</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Record prompts and answers of new requests</source>
        <translation>记录新请求的提示词和回答</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Clear what was recorded</source>
        <translation>清除已记录的内容</translation>
    </message>
</context>
<context>
    <name>RequestTable</name>
    <message>
        <source>Requests</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>%1 running</source>
        <translation>%1 个进行中</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <translation>%1 个等待中</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>客户端</translation>
    </message>
    <message>
        <source>Endpoint</source>
        <translation>端点</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Generated</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>No requests yet</source>
        <translation>还没有请求</translation>
    </message>
    <message>
        <source>Paste a snippet into a terminal to send the first one.</source>
        <translation>把一段示例粘贴到终端，即可发送第一个请求。</translation>
    </message>
    <message>
        <source>The server is off.</source>
        <translation>服务器已关闭。</translation>
    </message>
    <message>
        <source>tok/s together</source>
        <translation>词元/秒（合计）</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Record prompts and answers of new requests</source>
        <translation>记录新请求的提示词和回答</translation>
    </message>
    <message>
        <source>Keeps prompts and answers in memory, to look at them</source>
        <translation>将提示词和回答保存在内存中以供查看</translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation>清除已结束的请求</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>this computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>reading the prompt</source>
        <translation>读取提示词</translation>
    </message>
    <message>
        <source>generating</source>
        <translation>生成中</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>client left</source>
        <translation>客户端已离开</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>%1 refused</source>
        <translation>%1 已拒绝</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
</context>
<context>
    <name>SendButton</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
</context>
<context>
    <name>ServerControls</name>
    <message>
        <source>%1 is free.</source>
        <translation>%1 可用。</translation>
    </message>
    <message>
        <source>Use %1</source>
        <translation>使用 %1</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Keep off</source>
        <translation>保持关闭</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Model name in the API</source>
        <translation>API 中的模型名称</translation>
    </message>
    <message>
        <source>Stay at %1</source>
        <translation>保持 %1</translation>
    </message>
    <message>
        <source>takes effect at once; open requests finish first</source>
        <translation>立即生效；进行中的请求先完成</translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>模型自己的名称</translation>
    </message>
    <message>
        <source>Requests at once</source>
        <translation>同时处理的请求</translation>
    </message>
    <message>
        <source>from the next load on; the loaded model takes %1</source>
        <translation>下次载入时生效；已载入的模型为 %1</translation>
    </message>
    <message>
        <source>more wait in a queue</source>
        <translation>其余排队等待</translation>
    </message>
    <message>
        <source>Allowed origins</source>
        <translation>允许的来源</translation>
    </message>
    <message>
        <source>web pages that may call, with commas between</source>
        <translation>可以调用的网页，用逗号分隔</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Allowed host names</source>
        <translation>允许的主机名</translation>
    </message>
    <message>
        <source>further names of this machine</source>
        <translation>本机的其他名称</translation>
    </message>
</context>
<context>
    <name>ServerPage</name>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Controls</source>
        <translation>控制</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
</context>
<context>
    <name>SettingControl</name>
    <message>
        <source>Server page</source>
        <translation>服务器页</translation>
    </message>
    <message>
        <source>Model page</source>
        <translation>模型页</translation>
    </message>
</context>
<context>
    <name>SettingField</name>
    <message>
        <source>not set</source>
        <translation>未设置</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
</context>
<context>
    <name>SettingFiles</name>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
</context>
<context>
    <name>SettingRow</name>
    <message>
        <source>Back to %1</source>
        <translation>恢复为 %1</translation>
    </message>
    <message>
        <source>default %1</source>
        <translation>默认 %1</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>恢复默认值</translation>
    </message>
</context>
<context>
    <name>SettingSlider</name>
    <message>
        <source>%1 px</source>
        <translation>%1 px</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model directory (Hugging Face layout) or .gguf file</source>
        <translation>模型目录（Hugging Face 格式）或 .gguf 文件</translation>
    </message>
    <message>
        <source>Model name</source>
        <translation>模型名称</translation>
    </message>
    <message>
        <source>The model&apos;s name; beats ti_model_config.json and the directory&apos;s name</source>
        <translation>模型的名称；优先于 ti_model_config.json 和目录名</translation>
    </message>
    <message>
        <source>Conversation template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>Name of the conversation template; beats ti_model_config.json and detection</source>
        <translation>对话模板的名称；优先于 ti_model_config.json 和自动识别</translation>
    </message>
    <message>
        <source>Template file</source>
        <translation>模板文件</translation>
    </message>
    <message>
        <source>Jinja file to use as the conversation template; beats every name</source>
        <translation>用作对话模板的 Jinja 文件；优先于任何名称</translation>
    </message>
    <message>
        <source>Own templates</source>
        <translation>自定义模板</translation>
    </message>
    <message>
        <source>Directory of your own templates; they beat shipped ones of the same name</source>
        <translation>存放自定义模板的目录；优先于同名的内置模板</translation>
    </message>
    <message>
        <source>Model folders</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Folders that the window searches for models, separated by commas; the hub&apos;s cache always is</source>
        <translation>窗口查找模型的文件夹，用逗号分隔；Hub 缓存始终会查找</translation>
    </message>
    <message>
        <source>Load format</source>
        <translation>加载方式</translation>
    </message>
    <message>
        <source>auto reads the weights; dummy makes random ones of the shape in config.json</source>
        <translation>auto 读取权重；dummy 按 config.json 的形状生成随机权重</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>auto, cpu, cuda or cuda:N; auto says what it took and why</source>
        <translation>auto、cpu、cuda 或 cuda:N；auto 会说明选了什么以及原因</translation>
    </message>
    <message>
        <source>Compute type</source>
        <translation>计算类型</translation>
    </message>
    <message>
        <source>auto is the type the model was trained in; float32 is the exact path</source>
        <translation>auto 为模型训练时的类型；float32 为精确计算</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Weights are quantised while loading: ifq is int8, almost lossless</source>
        <translation>加载时量化权重：ifq 为 int8，几乎无损</translation>
    </message>
    <message>
        <source>this build does not quantise while loading yet; it runs weights in the types they are stored in (.gguf files included)</source>
        <translation>此版本尚不支持加载时量化；权重按存储类型运行（包括 .gguf 文件）</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Tokens of context, prompt and answer together; the model&apos;s own when not given</source>
        <translation>上下文的词元数，包括提示词和回答；未设置时取模型自身的值</translation>
    </message>
    <message>
        <source>KV cache type</source>
        <translation>KV 缓存类型</translation>
    </message>
    <message>
        <source>Type of the KV cache; auto is the compute type</source>
        <translation>KV 缓存的类型；auto 为计算类型</translation>
    </message>
    <message>
        <source>this build keeps the KV cache in the compute type</source>
        <translation>此版本的 KV 缓存使用计算类型</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Default random seed of requests that bring none; any 64-bit integer</source>
        <translation>请求未指定随机种子时的默认值；任意 64 位整数</translation>
    </message>
    <message>
        <source>Scheduling</source>
        <translation>调度方式</translation>
    </message>
    <message>
        <source>continuous batching, or dynamic request groups</source>
        <translation>连续批处理，或动态请求分组</translation>
    </message>
    <message>
        <source>this build schedules continuously only</source>
        <translation>此版本只支持连续批处理</translation>
    </message>
    <message>
        <source>Requests at a time</source>
        <translation>同时处理的请求</translation>
    </message>
    <message>
        <source>Requests in progress per worker (32 by default with --engine dynamic); more wait in the queue</source>
        <translation>每个工作进程同时处理的请求数（--engine dynamic 时默认为 32）；更多请求在队列中等待</translation>
    </message>
    <message>
        <source>Queue length</source>
        <translation>队列长度</translation>
    </message>
    <message>
        <source>Waiting requests before new ones get 429; max(16, 8 x concurrency x workers) when not given</source>
        <translation>等待的请求达到此数后新请求返回 429；未设置时为 max(16, 8 × 并发数 × 工作进程数)</translation>
    </message>
    <message>
        <source>Sequences per step</source>
        <translation>每步序列数</translation>
    </message>
    <message>
        <source>Most sequences in one engine step</source>
        <translation>引擎每步最多处理的序列数</translation>
    </message>
    <message>
        <source>Tokens per step</source>
        <translation>每步词元数</translation>
    </message>
    <message>
        <source>Most tokens in one engine step; max(context length, 2048) when not given</source>
        <translation>引擎每步最多处理的词元数；未设置时为 max(上下文长度, 2048)</translation>
    </message>
    <message>
        <source>GPU memory share</source>
        <translation>显存占用比例</translation>
    </message>
    <message>
        <source>Share of GPU memory for weights, activations and KV cache</source>
        <translation>权重、激活值和 KV 缓存可占用的显存比例</translation>
    </message>
    <message>
        <source>GPUs per worker</source>
        <translation>每个工作进程的 GPU 数</translation>
    </message>
    <message>
        <source>Tensor-parallel degree; 0 or not given: chosen from the GPUs there are</source>
        <translation>张量并行度；为 0 或未设置时按现有 GPU 选择</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>工作进程</translation>
    </message>
    <message>
        <source>Engine replicas; requests are balanced over them</source>
        <translation>引擎副本数；请求在副本之间均衡分配</translation>
    </message>
    <message>
        <source>this build runs one engine replica</source>
        <translation>此版本只运行一个引擎副本</translation>
    </message>
    <message>
        <source>CPU threads</source>
        <translation>CPU 线程数</translation>
    </message>
    <message>
        <source>Worker threads of the CPU backend; all cores when not given</source>
        <translation>CPU 后端的工作线程数；未设置时使用全部核心</translation>
    </message>
    <message>
        <source>Prefix cache</source>
        <translation>前缀缓存</translation>
    </message>
    <message>
        <source>Reuse the KV cache of prompts that begin alike</source>
        <translation>开头相同的提示词共用 KV 缓存</translation>
    </message>
    <message>
        <source>Batch invariance</source>
        <translation>批次无关性</translation>
    </message>
    <message>
        <source>Answers do not depend, to the bit, on what else runs; always so on the CPU</source>
        <translation>回答逐位不受同时运行的其他请求影响；在 CPU 上始终如此</translation>
    </message>
    <message>
        <source>No CUDA graphs</source>
        <translation>不使用 CUDA 图</translation>
    </message>
    <message>
        <source>Less GPU memory, a little slower; means nothing on the CPU</source>
        <translation>少占显存，稍慢；在 CPU 上无影响</translation>
    </message>
    <message>
        <source>Lookahead decoding</source>
        <translation>前瞻解码</translation>
    </message>
    <message>
        <source>Drafts copied from the prompt and earlier output are verified in parallel</source>
        <translation>从提示词和先前输出复制草稿，并行验证</translation>
    </message>
    <message>
        <source>this build has no lookahead decoding yet</source>
        <translation>此版本尚无前瞻解码</translation>
    </message>
    <message>
        <source>Draft length</source>
        <translation>草稿长度</translation>
    </message>
    <message>
        <source>Tokens per draft of lookahead decoding; 12 suits one user, 4 to 6 large batches</source>
        <translation>前瞻解码每份草稿的词元数；单人使用宜取 12，大批次宜取 4 到 6</translation>
    </message>
    <message>
        <source>Dynamic engine&apos;s type</source>
        <translation>动态引擎的类型</translation>
    </message>
    <message>
        <source>Compute type of the dynamic engine; int8 is --quantization ifq</source>
        <translation>动态引擎的计算类型；int8 即 --quantization ifq</translation>
    </message>
    <message>
        <source>Group size</source>
        <translation>分组大小</translation>
    </message>
    <message>
        <source>Dynamic engine: requests per group</source>
        <translation>动态引擎：每组请求数</translation>
    </message>
    <message>
        <source>Group wait</source>
        <translation>分组等待</translation>
    </message>
    <message>
        <source>Dynamic engine: seconds to wait for a group to fill</source>
        <translation>动态引擎：等待凑满一组的秒数</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Where the server listens: an address of this machine, or localhost</source>
        <translation>服务器的监听地址：本机的某个地址，或 localhost</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Port of the server; 0 takes any free one</source>
        <translation>服务器的端口；0 表示任意可用端口</translation>
    </message>
    <message>
        <source>Served name</source>
        <translation>API 模型名</translation>
    </message>
    <message>
        <source>The model&apos;s name in the API; the model&apos;s own when not given</source>
        <translation>模型在 API 中的名称；未设置时用模型自身的名称</translation>
    </message>
    <message>
        <source>API keys</source>
        <translation>API 密钥</translation>
    </message>
    <message>
        <source>Keys, separated by commas; when set, requests need one of them, else 401</source>
        <translation>密钥，用逗号分隔；设置后请求必须携带其中之一，否则返回 401</translation>
    </message>
    <message>
        <source>API key file</source>
        <translation>API 密钥文件</translation>
    </message>
    <message>
        <source>File with a label:key a line, read again on SIGHUP</source>
        <translation>每行一个“标签:密钥”的文件，收到 SIGHUP 时重新读取</translation>
    </message>
    <message>
        <source>Allowed origins</source>
        <translation>允许的来源</translation>
    </message>
    <message>
        <source>Web origins (https://app.example) that browsers may call from, separated by commas</source>
        <translation>允许浏览器发起调用的网页来源（https://app.example），用逗号分隔</translation>
    </message>
    <message>
        <source>Allowed hosts</source>
        <translation>允许的主机名</translation>
    </message>
    <message>
        <source>Further names that requests may use for this machine, separated by commas</source>
        <translation>请求可用来称呼本机的其他名称，用逗号分隔</translation>
    </message>
    <message>
        <source>TLS certificate</source>
        <translation>TLS 证书</translation>
    </message>
    <message>
        <source>PEM file of the server&apos;s certificate chain</source>
        <translation>服务器证书链的 PEM 文件</translation>
    </message>
    <message>
        <source>this build serves plain HTTP only; put a TLS proxy in front</source>
        <translation>此版本只提供明文 HTTP；请在前面放置 TLS 代理</translation>
    </message>
    <message>
        <source>TLS key</source>
        <translation>TLS 私钥</translation>
    </message>
    <message>
        <source>PEM file of the certificate&apos;s key</source>
        <translation>证书私钥的 PEM 文件</translation>
    </message>
    <message>
        <source>Request body</source>
        <translation>请求体</translation>
    </message>
    <message>
        <source>Largest request body in bytes; 413 above</source>
        <translation>请求体的最大字节数；超出返回 413</translation>
    </message>
    <message>
        <source>Request headers</source>
        <translation>请求头</translation>
    </message>
    <message>
        <source>All headers of a request together, in bytes; 431 above</source>
        <translation>一个请求的全部请求头的字节数；超出返回 431</translation>
    </message>
    <message>
        <source>Request target</source>
        <translation>请求目标</translation>
    </message>
    <message>
        <source>Longest request target in bytes; 414 above</source>
        <translation>请求目标的最大字节数；超出返回 414</translation>
    </message>
    <message>
        <source>Header time</source>
        <translation>请求头时限</translation>
    </message>
    <message>
        <source>Seconds within which a request&apos;s headers must arrive</source>
        <translation>请求头必须在此秒数内到达</translation>
    </message>
    <message>
        <source>Idle time</source>
        <translation>空闲时限</translation>
    </message>
    <message>
        <source>Seconds after which an idle connection is closed</source>
        <translation>空闲连接在此秒数后关闭</translation>
    </message>
    <message>
        <source>Body rate</source>
        <translation>请求体速率</translation>
    </message>
    <message>
        <source>Bytes per second that a request body must reach over any 10 seconds after the first 10</source>
        <translation>最初 10 秒之后，请求体在任意 10 秒内必须达到的每秒字节数</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接数</translation>
    </message>
    <message>
        <source>Open connections before new ones get 503; never fewer than running and waiting requests need</source>
        <translation>打开的连接达到此数后新连接返回 503；不会少于运行中和等待中的请求所需</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Last model</source>
        <translation>上次的模型</translation>
    </message>
    <message>
        <source>Model that the window loads at start</source>
        <translation>窗口启动时加载的模型</translation>
    </message>
    <message>
        <source>Trust remote code</source>
        <translation>信任远程代码</translation>
    </message>
    <message>
        <source>Accepted, does nothing: nothing in a model directory is ever executed</source>
        <translation>接受但无作用：模型目录中的任何内容都不会被执行</translation>
    </message>
    <message>
        <source>Block manager</source>
        <translation>块管理器</translation>
    </message>
    <message>
        <source>Accepted, does nothing: there is one block manager</source>
        <translation>接受但无作用：只有一种块管理器</translation>
    </message>
    <message>
        <source>Light, dark, or as the system has it, at once</source>
        <translation>浅色、深色或跟随系统，立即生效</translation>
    </message>
    <message>
        <source>Accent</source>
        <translation>强调色</translation>
    </message>
    <message>
        <source>Colour of what can be pressed and what is chosen; each is checked for contrast</source>
        <translation>可按和已选内容的颜色；每种都检查过对比度</translation>
    </message>
    <message>
        <source>Size of everything</source>
        <translation>整体大小</translation>
    </message>
    <message>
        <source>0.75 to 2, at once</source>
        <translation>0.75 到 2，立即生效</translation>
    </message>
    <message>
        <source>Reading size</source>
        <translation>阅读字号</translation>
    </message>
    <message>
        <source>Text of messages, 13 to 22 pixels</source>
        <translation>消息文字，13 到 22 像素</translation>
    </message>
    <message>
        <source>Changes at once, without a restart</source>
        <translation>立即切换，无需重启</translation>
    </message>
    <message>
        <source>More contrast</source>
        <translation>更高对比度</translation>
    </message>
    <message>
        <source>Stronger borders and secondary text</source>
        <translation>更清晰的边框和次要文字</translation>
    </message>
    <message>
        <source>Less motion</source>
        <translation>减少动态效果</translation>
    </message>
    <message>
        <source>Replaces movement by a short fade</source>
        <translation>用短暂的淡入淡出代替移动</translation>
    </message>
    <message>
        <source>Draw the window on the CPU</source>
        <translation>用 CPU 绘制窗口</translation>
    </message>
    <message>
        <source>Leaves the GPU&apos;s memory to the model; takes effect at the next start</source>
        <translation>把显存留给模型；下次启动时生效</translation>
    </message>
    <message>
        <source>Titles by the model</source>
        <translation>由模型写标题</translation>
    </message>
    <message>
        <source>After the first answer the model writes the chat&apos;s title; otherwise it is the first words</source>
        <translation>第一个回答之后由模型写对话标题；否则用开头的几个字</translation>
    </message>
    <message>
        <source>Remote server</source>
        <translation>远程服务器</translation>
    </message>
    <message>
        <source>A server with OpenAI&apos;s protocol that may answer instead of a model here</source>
        <translation>使用 OpenAI 协议、可代替本机模型作答的服务器</translation>
    </message>
    <message>
        <source>Remote model</source>
        <translation>远程模型</translation>
    </message>
    <message>
        <source>Which of the remote server&apos;s models answers</source>
        <translation>由远程服务器的哪个模型作答</translation>
    </message>
    <message>
        <source>Use the remote server</source>
        <translation>使用远程服务器</translation>
    </message>
    <message>
        <source>It answers in the chats instead of the model here</source>
        <translation>由它代替本机模型在对话中作答</translation>
    </message>
</context>
<context>
    <name>SettingsNav</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Find a setting</source>
        <translation>查找设置</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Find a setting</source>
        <translation>查找设置</translation>
    </message>
    <message>
        <source>Section</source>
        <translation>分区</translation>
    </message>
    <message>
        <source>No setting is called that</source>
        <translation>没有这样的设置</translation>
    </message>
    <message>
        <source>Labels, help, flags and environment names are searched.</source>
        <translation>搜索范围包括名称、说明、命令行参数和环境变量。</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
</context>
<context>
    <name>SheetText</name>
    <message>
        <source>Copy: %1</source>
        <translation>复制：%1</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ShortcutTable</name>
    <message>
        <source>Everywhere</source>
        <translation>任何位置</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Monitor</source>
        <translation>监视器</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>新的临时对话</translation>
    </message>
    <message>
        <source>Open a model directory</source>
        <translation>打开模型目录</translation>
    </message>
    <message>
        <source>Everything larger or smaller</source>
        <translation>整体放大或缩小</translation>
    </message>
    <message>
        <source>Size of everything as it was</source>
        <translation>恢复整体大小</translation>
    </message>
    <message>
        <source>These shortcuts</source>
        <translation>这些快捷键</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>Edit your last message, in an empty composer</source>
        <translation>输入框为空时编辑上一条消息</translation>
    </message>
    <message>
        <source>Stop the answer or the load; end editing</source>
        <translation>停止回答或加载；结束编辑</translation>
    </message>
    <message>
        <source>Search titles and text</source>
        <translation>搜索标题和正文</translation>
    </message>
    <message>
        <source>Rename the chat under the focus</source>
        <translation>重命名焦点所在的对话</translation>
    </message>
    <message>
        <source>Delete the chat under the focus</source>
        <translation>删除焦点所在的对话</translation>
    </message>
    <message>
        <source>Menu of the chat under the focus</source>
        <translation>焦点所在对话的菜单</translation>
    </message>
    <message>
        <source>Find a model</source>
        <translation>查找模型</translation>
    </message>
    <message>
        <source>Context by 1,024 tokens, on the edge of the memory bar</source>
        <translation>在内存条边缘上，上下文增减 1,024 词元</translation>
    </message>
    <message>
        <source>Context by 8,192 tokens</source>
        <translation>上下文增减 8,192 词元</translation>
    </message>
    <message>
        <source>Least context, largest that fits</source>
        <translation>最小上下文、可容纳的最大上下文</translation>
    </message>
    <message>
        <source>Cancel the load</source>
        <translation>取消加载</translation>
    </message>
    <message>
        <source>Find a setting</source>
        <translation>查找设置</translation>
    </message>
    <message>
        <source>Compare two answers, or end it</source>
        <translation>对比两个回答，或结束对比</translation>
    </message>
    <message>
        <source>Go on with the left or the right answer</source>
        <translation>用左侧或右侧回答继续</translation>
    </message>
</context>
<context>
    <name>SnippetView</name>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy fills in the key of</source>
        <translation>复制时填入密钥</translation>
    </message>
    <message>
        <source>Key that Copy fills in</source>
        <translation>复制时填入的密钥</translation>
    </message>
    <message>
        <source>Copy the snippet</source>
        <translation>复制代码片段</translation>
    </message>
</context>
<context>
    <name>StarterCard</name>
    <message>
        <source>Use the starter model</source>
        <translation>使用入门模型</translation>
    </message>
    <message>
        <source>Download the starter model</source>
        <translation>下载入门模型</translation>
    </message>
    <message>
        <source>SmolLM2-135M-Instruct: small enough for any computer, good for a first look. It is on this computer already; licence Apache-2.0.</source>
        <translation>SmolLM2-135M-Instruct：任何计算机都能运行，适合初次体验。已在这台计算机上；许可证 Apache-2.0。</translation>
    </message>
    <message>
        <source>SmolLM2-135M-Instruct: small enough for any computer, good for a first look. %1, licence Apache-2.0, checksum verified. A broken download goes on where it stopped.</source>
        <translation>SmolLM2-135M-Instruct：任何计算机都能运行，适合初次体验。%1，许可证 Apache-2.0，下载后核对校验和。中断的下载会从停下的地方继续。</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Download %1</source>
        <translation>下载 %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>StatusPopup</name>
    <message>
        <source>Template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>计算类型</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>Open the model page</source>
        <translation>打开模型页</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Template, quantization and context</source>
        <translation>对话模板、量化和上下文</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>VRAM</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>RAM</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>Weights %1, KV cache %2, workspace %3, everything else %4 GB</source>
        <translation>权重 %1，KV 缓存 %2，工作区 %3，其余 %4 GB</translation>
    </message>
    <message>
        <source>Server off</source>
        <translation>服务器已关闭</translation>
    </message>
</context>
<context>
    <name>StopStrings</name>
    <message>
        <source>Stop strings</source>
        <translation>停止字符串</translation>
    </message>
    <message>
        <source>add, then Enter</source>
        <translation>输入后按 Enter</translation>
    </message>
    <message>
        <source>New stop string</source>
        <translation>新的停止字符串</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>SwitchCard</name>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>nothing listens</source>
        <translation>未监听</translation>
    </message>
    <message>
        <source>Switching</source>
        <translation>正在切换</translation>
    </message>
    <message>
        <source>On</source>
        <translation>已开启</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>Reachable from other machines at %1</source>
        <translation>其他机器可通过 %1 访问</translation>
    </message>
    <message>
        <source>Address copied</source>
        <translation>地址已复制</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
</context>
<context>
    <name>TemplateChoice</name>
    <message>
        <source>Template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Hide preview</source>
        <translation>隐藏预览</translation>
    </message>
    <message>
        <source>Show preview</source>
        <translation>显示预览</translation>
    </message>
</context>
<context>
    <name>TimingBar</name>
    <message>
        <source>Waiting %1 s, reading the prompt %2 s, writing the answer %3 s</source>
        <translation>等待 %1 秒，读取提示词 %2 秒，写出回答 %3 秒</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>reading the prompt</source>
        <translation>读取提示词</translation>
    </message>
    <message>
        <source>writing the answer</source>
        <translation>写出回答</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>Newest</source>
        <translation>最新</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>New chat from here</source>
        <translation>从这里新建对话</translation>
    </message>
    <message>
        <source>All branches…</source>
        <translation>全部分支…</translation>
    </message>
    <message>
        <source>Delete from here on</source>
        <translation>删除此处及之后的内容</translation>
    </message>
    <message>
        <source>Open this address in the browser?</source>
        <translation>在浏览器中打开此地址？</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
</context>
<context>
    <name>UserBlock</name>
    <message>
        <source>Show less</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>展开全部</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>复制消息</translation>
    </message>
    <message>
        <source>Edit and ask again</source>
        <translation>编辑并重新提问</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>VariantChoice</name>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>%1 files of this model lie side by side</source>
        <translation>这个模型有 %1 个文件并列存放</translation>
    </message>
</context>
<context>
    <name>VersionSwitch</name>
    <message>
        <source>Previous version</source>
        <translation>上一个版本</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>下一个版本</translation>
    </message>
</context>
<context>
    <name>ui::AdvancedModel</name>
    <message>
        <source>not set</source>
        <translation>未设置</translation>
    </message>
</context>
<context>
    <name>ui::AnswerFacts</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
</context>
<context>
    <name>ui::AttachmentModel</name>
    <message>
        <source>%1 cannot be read.</source>
        <translation>无法读取 %1。</translation>
    </message>
    <message>
        <source>%1 has %2; files of up to %3 can go with a message.</source>
        <translation>%1 有 %2；随消息发送的文件最大为 %3。</translation>
    </message>
    <message>
        <source>%1 is no text: only text files can go with a message.</source>
        <translation>%1 不是文本：只有文本文件可以随消息发送。</translation>
    </message>
    <message>
        <source>Only files of this computer can go with a message.</source>
        <translation>只有本机上的文件可以随消息发送。</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文本</translation>
    </message>
    <message>
        <source>At most %1 files can go with a message.</source>
        <translation>一条消息最多可附带 %1 个文件。</translation>
    </message>
</context>
<context>
    <name>ui::ChatModel</name>
    <message>
        <source>Chats cannot be kept on this computer now; they last until Hearth is closed.</source>
        <translation>现在无法在本机保存对话；对话只保留到 Hearth 关闭为止。</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新建对话</translation>
    </message>
    <message>
        <source>%1 (copy)</source>
        <translation>%1（副本）</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
    <message>
        <source>Exported to %1</source>
        <translation>已导出到 %1</translation>
    </message>
    <message>
        <source>%1 was not imported: %2</source>
        <translation>%1 未导入：%2</translation>
    </message>
    <message>
        <source>Chats imported: %1</source>
        <translation>已导入对话：%1</translation>
    </message>
    <message>
        <source>Defaults</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>A preset needs a name</source>
        <translation>预设需要一个名称</translation>
    </message>
    <message>
        <source>%1 (branch)</source>
        <translation>%1（分支）</translation>
    </message>
    <message>
        <source>A new chat begins here</source>
        <translation>从这里开始新对话</translation>
    </message>
    <message>
        <source>No model here</source>
        <translation>本机没有模型</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%2 上的 %1</translation>
    </message>
    <message>
        <source>A remote server cannot go on with an answer that was begun. Regenerate it instead.</source>
        <translation>远程服务器无法接着已开始的回答继续写。请改为重新生成。</translation>
    </message>
</context>
<context>
    <name>ui::CompareModel</name>
    <message>
        <source>One model is loaded here at a time: compare two settings of it, or connect to a server that runs another.</source>
        <translation>本机同一时间只加载一个模型：可以对比它的两组设置，或连接到运行另一个模型的服务器。</translation>
    </message>
    <message>
        <source>Both sides are alike now.</source>
        <translation>目前两边相同。</translation>
    </message>
    <message>
        <source>Both sides are alike now: choose another model or other settings for one of them.</source>
        <translation>目前两边相同：请为其中一边选择另一个模型或其他设置。</translation>
    </message>
</context>
<context>
    <name>ui::ConversationListModel</name>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>已置顶</translation>
    </message>
</context>
<context>
    <name>ui::DirectoryModel</name>
    <message>
        <source>Recent</source>
        <translation>最近使用</translation>
    </message>
    <message>
        <source>Found in one folder</source>
        <translation>在一个文件夹中找到</translation>
    </message>
    <message>
        <source>Found in %1 folders</source>
        <translation>在 %1 个文件夹中找到</translation>
    </message>
    <message>
        <source>Only folders of this computer can be searched.</source>
        <translation>只能搜索本机上的文件夹。</translation>
    </message>
    <message>
        <source>%1 files</source>
        <translation>%1 个文件</translation>
    </message>
</context>
<context>
    <name>ui::Export</name>
    <message>
        <source>still being written</source>
        <translation>仍在生成</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>思考中</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
</context>
<context>
    <name>ui::FirstRunModel</name>
    <message>
        <source>%1 s left</source>
        <translation>还剩 %1 秒</translation>
    </message>
    <message>
        <source>%1 min left</source>
        <translation>还剩 %1 分钟</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Asking the package index</source>
        <translation>正在询问软件包索引</translation>
    </message>
    <message>
        <source>Comparing checksums</source>
        <translation>正在核对校验和</translation>
    </message>
    <message>
        <source>Paused at %1</source>
        <translation>已暂停：%1</translation>
    </message>
    <message>
        <source>Stopped at %1</source>
        <translation>停在 %1</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/秒</translation>
    </message>
    <message>
        <source>%1 of %2 of memory free</source>
        <translation>内存空闲 %1 / %2</translation>
    </message>
    <message>
        <source>Models run on the GPU (%1)</source>
        <translation>模型在 GPU 上运行（%1）</translation>
    </message>
    <message>
        <source>Models run on the CPU (%1)</source>
        <translation>模型在 CPU 上运行（%1）</translation>
    </message>
</context>
<context>
    <name>ui::HubDownloadModel</name>
    <message>
        <source>%1 s left</source>
        <translation>还需 %1 秒</translation>
    </message>
    <message>
        <source>%1 min left</source>
        <translation>还需 %1 分钟</translation>
    </message>
    <message>
        <source>%1 h left</source>
        <translation>还需 %1 小时</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Looking at what there is</source>
        <translation>正在查看有哪些文件</translation>
    </message>
    <message>
        <source>/s</source>
        <translation>/s</translation>
    </message>
    <message>
        <source>Comparing checksums</source>
        <translation>正在比对校验和</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>checksums agree</source>
        <translation>校验和一致</translation>
    </message>
    <message>
        <source>Stopped at %1</source>
        <translation>停在 %1</translation>
    </message>
</context>
<context>
    <name>ui::HubLook</name>
    <message>
        <source>fits with %1 tokens of context</source>
        <translation>可容纳，上下文 %1 个词元</translation>
    </message>
    <message>
        <source>larger than the memory here</source>
        <translation>超出本机内存</translation>
    </message>
    <message>
        <source>larger than the %1 of memory here</source>
        <translation>超出本机 %1 的内存</translation>
    </message>
    <message>
        <source>needs memory that others use now</source>
        <translation>需要目前被其他程序占用的内存</translation>
    </message>
    <message>
        <source>fits in the %1 that are free</source>
        <translation>空闲的 %1 足以容纳</translation>
    </message>
    <message>
        <source>PyTorch&apos;s own files can hold programs and are not loaded; look for safetensors or GGUF</source>
        <translation>PyTorch 自有格式的文件可能含有程序，不会加载；请找 safetensors 或 GGUF</translation>
    </message>
    <message>
        <source>this version cannot run %1</source>
        <translation>此版本无法运行 %1</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 个文件</translation>
    </message>
    <message>
        <source>%1 files</source>
        <translation>%1 个文件</translation>
    </message>
</context>
<context>
    <name>ui::HubPageModel</name>
    <message>
        <source>no licence named</source>
        <translation>未注明许可</translation>
    </message>
    <message>
        <source>licence: %1</source>
        <translation>许可：%1</translation>
    </message>
    <message>
        <source>commit %1</source>
        <translation>提交 %1</translation>
    </message>
    <message>
        <source>left out for unsafe names: %1</source>
        <translation>因名称不安全而略去：%1</translation>
    </message>
    <message>
        <source>Its licence has to be accepted on the model&apos;s page first; the token of that account is then read from HF_TOKEN.</source>
        <translation>需要先在模型页面上接受其许可；之后从 HF_TOKEN 读取该账号的令牌。</translation>
    </message>
    <message>
        <source>Its owner has to agree first: ask on the model&apos;s page; the token of that account is then read from HF_TOKEN.</source>
        <translation>需要先得到所有者同意：请在模型页面上申请；之后从 HF_TOKEN 读取该账号的令牌。</translation>
    </message>
</context>
<context>
    <name>ui::HubResultModel</name>
    <message>
        <source>%1 downloads</source>
        <translation>%1 次下载</translation>
    </message>
    <message>
        <source>changed %1</source>
        <translation>更新于 %1</translation>
    </message>
</context>
<context>
    <name>ui::KeyModel</name>
    <message>
        <source>set by a flag or the environment</source>
        <translation>由启动参数或环境变量设定</translation>
    </message>
    <message>
        <source>none, and none needed here</source>
        <translation>没有，本机也不需要</translation>
    </message>
    <message>
        <source>in the system keychain</source>
        <translation>在系统钥匙串中</translation>
    </message>
    <message>
        <source>in a file</source>
        <translation>在文件中</translation>
    </message>
    <message>
        <source>being kept</source>
        <translation>正在保存</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Key %1</source>
        <translation>密钥 %1</translation>
    </message>
    <message>
        <source>A key needs a name.</source>
        <translation>密钥需要名称。</translation>
    </message>
    <message>
        <source>A name has %1 characters at most.</source>
        <translation>名称最多 %1 个字符。</translation>
    </message>
    <message>
        <source>Another key has this name.</source>
        <translation>另一个密钥已用此名称。</translation>
    </message>
    <message>
        <source>A name holds visible characters only.</source>
        <translation>名称只能包含可见字符。</translation>
    </message>
</context>
<context>
    <name>ui::KeyStoreImpl</name>
    <message>
        <source>%1 cannot be read.</source>
        <translation>无法读取 %1。</translation>
    </message>
    <message>
        <source>The system&apos;s keychain did not answer.</source>
        <translation>系统钥匙串没有响应。</translation>
    </message>
    <message>
        <source>This system has no keychain.</source>
        <translation>此系统没有钥匙串。</translation>
    </message>
    <message>
        <source>The system&apos;s keychain has not answered yet.</source>
        <translation>系统钥匙串尚未响应。</translation>
    </message>
</context>
<context>
    <name>ui::LoadChoices</name>
    <message>
        <source>set by --%1</source>
        <translation>由 --%1 设定</translation>
    </message>
    <message>
        <source>set by %1</source>
        <translation>由 %1 设定</translation>
    </message>
</context>
<context>
    <name>ui::LoadWatch</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Headers, tokenizer and plan</source>
        <translation>文件头、分词器和规划</translation>
    </message>
    <message>
        <source>Reading the weights</source>
        <translation>读取权重</translation>
    </message>
    <message>
        <source>KV cache and workspace</source>
        <translation>KV 缓存和工作区</translation>
    </message>
</context>
<context>
    <name>ui::ModelCard</name>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source> MB</source>
        <translation> MB</translation>
    </message>
    <message>
        <source> kB</source>
        <translation> kB</translation>
    </message>
    <message>
        <source> B</source>
        <translation> B</translation>
    </message>
    <message>
        <source> M</source>
        <translation> M</translation>
    </message>
    <message>
        <source> k</source>
        <translation> k</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>系列</translation>
    </message>
    <message>
        <source>%1 of %2 shards, </source>
        <translation>%1 / %2 个分片， </translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>分词器</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>none in the files</source>
        <translation>文件中没有</translation>
    </message>
    <message>
        <source>in the model’s files</source>
        <translation>在模型文件中</translation>
    </message>
    <message>
        <source>Trained for</source>
        <translation>训练长度</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
</context>
<context>
    <name>ui::ModelPageModel</name>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>%1 min left</source>
        <translation>还需 %1 分钟</translation>
    </message>
    <message>
        <source>%1 s left</source>
        <translation>还需 %1 秒</translation>
    </message>
    <message>
        <source>%1 of memory are missing</source>
        <translation>缺少 %1 内存</translation>
    </message>
    <message>
        <source>%1 did not load</source>
        <translation>%1 加载失败</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Shorter context</source>
        <translation>缩短上下文</translation>
    </message>
    <message>
        <source>%1 of %2 tokens fit</source>
        <translation>可容纳 %1 / %2 个词元</translation>
    </message>
    <message>
        <source>Use %1</source>
        <translation>使用 %1</translation>
    </message>
    <message>
        <source>needs %1, %2 stay free</source>
        <translation>需要 %1，剩余 %2</translation>
    </message>
    <message>
        <source>Another template</source>
        <translation>更换对话模板</translation>
    </message>
    <message>
        <source>let Hearth choose it from the model’s files</source>
        <translation>由 Hearth 根据模型文件选择</translation>
    </message>
    <message>
        <source>Use automatic</source>
        <translation>使用自动选择</translation>
    </message>
    <message>
        <source>Load again</source>
        <translation>再次加载</translation>
    </message>
    <message>
        <source>with the same choices</source>
        <translation>使用相同的选项</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>A whole number from %1 to %2</source>
        <translation>请输入 %1 到 %2 的整数</translation>
    </message>
    <message>
        <source>Reads %1 in about %2 s (%3/s measured)</source>
        <translation>读取 %1，约需 %2 秒（实测 %3/s）</translation>
    </message>
</context>
<context>
    <name>ui::MonitorModel</name>
    <message>
        <source>%1 min ago</source>
        <translation>%1 分钟前</translation>
    </message>
    <message>
        <source>%, Hearth %1%</source>
        <translation>%，Hearth %1%</translation>
    </message>
    <message>
        <source>0–100%, Hearth’s part filled</source>
        <translation>0–100%，填充部分为 Hearth</translation>
    </message>
    <message>
        <source>GB, Hearth %1</source>
        <translation>GB，Hearth %1</translation>
    </message>
    <message>
        <source>0–%1 GB, Hearth’s part filled</source>
        <translation>0–%1 GB，填充部分为 Hearth</translation>
    </message>
    <message>
        <source>0–%1</source>
        <translation>0–%1</translation>
    </message>
    <message>
        <source>tok/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>0–%1, limit %2</source>
        <translation>0–%1，上限 %2</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <translation>%1 个等待中</translation>
    </message>
    <message>
        <source>0–%1, 16 tokens each</source>
        <translation>0–%1，每块 16 个词元</translation>
    </message>
    <message>
        <source>of %1</source>
        <translation>/ %1</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>0–100%</source>
        <translation>0–100%</translation>
    </message>
    <message>
        <source>°C</source>
        <translation>°C</translation>
    </message>
    <message>
        <source>0–%1 °C, slows there</source>
        <translation>0–%1 °C，到此降频</translation>
    </message>
    <message>
        <source>0–%1 °C</source>
        <translation>0–%1 °C</translation>
    </message>
    <message>
        <source>W</source>
        <translation>W</translation>
    </message>
    <message>
        <source>0–%1 W, the limit</source>
        <translation>0–%1 W，为上限</translation>
    </message>
    <message>
        <source>0–%1 W</source>
        <translation>0–%1 W</translation>
    </message>
    <message>
        <source>MHz</source>
        <translation>MHz</translation>
    </message>
    <message>
        <source>of %1 GB</source>
        <translation>/ %1 GB</translation>
    </message>
    <message>
        <source>0–%1 GB</source>
        <translation>0–%1 GB</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>未加载模型。</translation>
    </message>
    <message>
        <source>request groups</source>
        <translation>请求分组</translation>
    </message>
    <message>
        <source>continuous batching</source>
        <translation>连续批处理</translation>
    </message>
    <message>
        <source>1 core, %1 GB</source>
        <translation>1 个核心，%1 GB</translation>
    </message>
    <message>
        <source>%1 cores, %2 GB</source>
        <translation>%1 个核心，%2 GB</translation>
    </message>
    <message>
        <source>sampled every second; a sample takes %1 ms of a worker</source>
        <translation>每秒采样一次；每次占用工作线程 %1 毫秒</translation>
    </message>
    <message>
        <source>Prefix cache hits</source>
        <translation>前缀缓存命中</translation>
    </message>
    <message>
        <source>% of prompt tokens</source>
        <translation>% 的提示词词元</translation>
    </message>
    <message>
        <source>–</source>
        <translation>–</translation>
    </message>
    <message>
        <source>no prompt yet</source>
        <translation>还没有提示词</translation>
    </message>
    <message>
        <source>Prompt reading</source>
        <translation>提示词读取</translation>
    </message>
    <message>
        <source>Generated</source>
        <translation>已生成</translation>
    </message>
    <message>
        <source>tokens since loading</source>
        <translation>个词元（自加载起）</translation>
    </message>
    <message>
        <source>Preempted</source>
        <translation>被抢占</translation>
    </message>
    <message>
        <source>requests</source>
        <translation>个请求</translation>
    </message>
    <message>
        <source>Loaded for</source>
        <translation>已加载</translation>
    </message>
    <message>
        <source>h</source>
        <translation>小时</translation>
    </message>
    <message>
        <source>This computer’s memory</source>
        <translation>本机内存</translation>
    </message>
    <message>
        <source>Plan for Hearth %1, measured %2, difference %3 GB</source>
        <translation>Hearth 规划 %1，实测 %2，相差 %3 GB</translation>
    </message>
    <message>
        <source>Figure	Now	Least	Mean	Most</source>
        <translation>指标	当前	最小	平均	最大</translation>
    </message>
    <message>
        <source>%1: memory (GB)</source>
        <translation>%1：显存 (GB)</translation>
    </message>
    <message>
        <source>%1: utilisation (%)</source>
        <translation>%1：利用率 (%)</translation>
    </message>
    <message>
        <source>%1: temperature (°C)</source>
        <translation>%1：温度 (°C)</translation>
    </message>
    <message>
        <source>%1: power (W)</source>
        <translation>%1：功耗 (W)</translation>
    </message>
    <message>
        <source>%1: memory clock (MHz)</source>
        <translation>%1：显存频率 (MHz)</translation>
    </message>
    <message>
        <source>Generated (tok/s)</source>
        <translation>生成速度 (词元/秒)</translation>
    </message>
    <message>
        <source>Requests in the batch</source>
        <translation>批次中的请求</translation>
    </message>
    <message>
        <source>KV blocks used</source>
        <translation>已用 KV 块</translation>
    </message>
    <message>
        <source>CPU (%)</source>
        <translation>CPU (%)</translation>
    </message>
    <message>
        <source>Memory (GB)</source>
        <translation>内存 (GB)</translation>
    </message>
    <message>
        <source>Lookahead accepted</source>
        <translation>前瞻接受</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>not in this build yet</source>
        <translation>此版本尚无</translation>
    </message>
</context>
<context>
    <name>ui::ParameterModel</name>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>0 always takes the likeliest token</source>
        <translation>0 表示总取最可能的词元</translation>
    </message>
    <message>
        <source>Top p</source>
        <translation>Top p</translation>
    </message>
    <message>
        <source>keeps the likeliest tokens up to this share</source>
        <translation>保留累计概率达到此比例的最可能词元</translation>
    </message>
    <message>
        <source>Top k</source>
        <translation>Top k</translation>
    </message>
    <message>
        <source>keeps so many of the likeliest tokens; 0 is off</source>
        <translation>保留这么多个最可能的词元；0 为关闭</translation>
    </message>
    <message>
        <source>Min p</source>
        <translation>Min p</translation>
    </message>
    <message>
        <source>drops tokens below this share of the likeliest</source>
        <translation>舍弃概率低于最可能者此比例的词元</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>1 is off</source>
        <translation>1 为关闭</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>存在惩罚</translation>
    </message>
    <message>
        <source>for tokens that were used at all</source>
        <translation>针对出现过的词元</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>频率惩罚</translation>
    </message>
    <message>
        <source>for each time a token was used</source>
        <translation>按词元出现的次数累计</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>A whole number from 0 (off)</source>
        <translation>不小于 0 的整数（0 为关闭）</translation>
    </message>
    <message>
        <source>Above %1, up to %2</source>
        <translation>大于 %1，不超过 %2</translation>
    </message>
    <message>
        <source>From %1 to %2</source>
        <translation>从 %1 到 %2</translation>
    </message>
    <message>
        <source>A whole number from 1, or empty</source>
        <translation>不小于 1 的整数，或留空</translation>
    </message>
    <message>
        <source>A whole number of up to 64 bits, or empty</source>
        <translation>不超过 64 位的整数，或留空</translation>
    </message>
    <message>
        <source>At most %1 stop strings</source>
        <translation>最多 %1 个停止字符串</translation>
    </message>
    <message>
        <source>Max tokens %1</source>
        <translation>最大词元数 %1</translation>
    </message>
    <message>
        <source>Seed %1</source>
        <translation>随机种子 %1</translation>
    </message>
    <message>
        <source>Stop strings: %1</source>
        <translation>停止字符串：%1</translation>
    </message>
    <message>
        <source>Default parameters</source>
        <translation>默认参数</translation>
    </message>
</context>
<context>
    <name>ui::QuantizationModel</name>
    <message>
        <source>As stored</source>
        <translation>按存储类型</translation>
    </message>
    <message>
        <source>Almost lossless, int8 weights</source>
        <translation>几乎无损，int8 权重</translation>
    </message>
    <message>
        <source>Small loss; check it on your task</source>
        <translation>略有损失；请在你的任务上检验</translation>
    </message>
    <message>
        <source>Very close, 8-bit floats</source>
        <translation>非常接近，8 位浮点</translation>
    </message>
    <message>
        <source>8-bit weights and activations</source>
        <translation>8 位权重和激活值</translation>
    </message>
    <message>
        <source>Chooses by what fits</source>
        <translation>按可容纳的情况选择</translation>
    </message>
    <message>
        <source>room for %1 tokens</source>
        <translation>可容纳 %1 个词元</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>剩余 %1</translation>
    </message>
    <message>
        <source>up to %1 tokens</source>
        <translation>最多 %1 个词元</translation>
    </message>
    <message>
        <source>%1 missing</source>
        <translation>缺少 %1</translation>
    </message>
</context>
<context>
    <name>ui::RemoteModel</name>
    <message>
        <source>What you write is sent to %1.</source>
        <translation>你写的内容会发送到 %1。</translation>
    </message>
    <message>
        <source>What you write is sent to %1 unencrypted: whoever is on the way can read it.</source>
        <translation>你写的内容会不加密地发送到 %1：途中的任何人都能读到。</translation>
    </message>
    <message>
        <source>%1 has no model loaded.</source>
        <translation>%1 没有加载模型。</translation>
    </message>
</context>
<context>
    <name>ui::RequestInspector</name>
    <message>
        <source>— prompt %1 —</source>
        <translation>— 提示词 %1 —</translation>
    </message>
    <message>
        <source>stopped at “%1”</source>
        <translation>停在“%1”</translation>
    </message>
    <message>
        <source>the model ended it</source>
        <translation>由模型结束</translation>
    </message>
    <message>
        <source>reached its length limit</source>
        <translation>达到长度上限</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Endpoint</source>
        <translation>端点</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>, %1 of them reused</source>
        <translation>，其中复用 %1 个</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>%1 tok/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Request id</source>
        <translation>请求编号</translation>
    </message>
    <message>
        <source>A text is longer than 1 MB; the rest was not kept.</source>
        <translation>有文本超过 1 MB；其余部分未保存。</translation>
    </message>
    <message>
        <source>The first %1 characters are shown; Copy takes everything.</source>
        <translation>显示前 %1 个字符；复制会取全部内容。</translation>
    </message>
</context>
<context>
    <name>ui::ServerModel</name>
    <message>
        <source>A port is a number from 1 to 65,535.</source>
        <translation>端口是 1 到 65,535 之间的数字。</translation>
    </message>
    <message>
        <source>1 request</source>
        <translation>1 个请求</translation>
    </message>
    <message>
        <source>%1 requests</source>
        <translation>%1 个请求</translation>
    </message>
    <message>
        <source>since %1; %2</source>
        <translation>自 %1 起；%2</translation>
    </message>
    <message>
        <source>since %1; %2, %3 refused</source>
        <translation>自 %1 起；%2，拒绝 %3 个</translation>
    </message>
    <message>
        <source>The keys cannot be read, and without them the server would be open: %1</source>
        <translation>无法读取密钥，没有它们服务器将不设防：%1</translation>
    </message>
    <message>
        <source>The server is set to be reachable from other machines, and that needs a key. Make one, or switch that off.</source>
        <translation>服务器设为其他机器可以访问，这需要密钥。请生成一个，或关闭该选项。</translation>
    </message>
    <message>
        <source>Prompts and answers of new requests are kept in memory alone, never on disk: the last %1, %2 MB at most. Now %3 and %4 MB.</source>
        <translation>新请求的提示词和回答只保存在内存中，从不写入磁盘：最近 %1 个，最多 %2 MB。现有 %3，%4 MB。</translation>
    </message>
    <message>
        <source>set by a flag or the environment</source>
        <translation>由启动参数或环境变量设定</translation>
    </message>
</context>
<context>
    <name>ui::SettingsModel</name>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Load defaults</source>
        <translation>加载默认值</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Server limits</source>
        <translation>服务器限制</translation>
    </message>
    <message>
        <source>set by --%1</source>
        <translation>由 --%1 设定</translation>
    </message>
    <message>
        <source>set by %1</source>
        <translation>由 %1 设定</translation>
    </message>
    <message>
        <source>System</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Ember</source>
        <translation>余烬橙</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>蓝</translation>
    </message>
    <message>
        <source>Teal</source>
        <translation>青</translation>
    </message>
    <message>
        <source>Violet</source>
        <translation>紫</translation>
    </message>
    <message>
        <source>Graphite</source>
        <translation>石墨灰</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Models and folders</source>
        <translation>模型和文件夹</translation>
    </message>
    <message>
        <source>Privacy and keys</source>
        <translation>隐私和密钥</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>About Hearth</source>
        <translation>关于 Hearth</translation>
    </message>
    <message>
        <source>Keys: %1</source>
        <translation>密钥：%1</translation>
    </message>
    <message>
        <source>Settings and window</source>
        <translation>设置和窗口</translation>
    </message>
    <message>
        <source>Chats and downloads in progress</source>
        <translation>对话和进行中的下载</translation>
    </message>
    <message>
        <source>Starter model</source>
        <translation>入门模型</translation>
    </message>
    <message>
        <source>Flags of other programs</source>
        <translation>其他程序的参数</translation>
    </message>
    <message>
        <source>Load defaults take effect with the next load.</source>
        <translation>加载默认值在下次加载时生效。</translation>
    </message>
    <message>
        <source>Server settings take effect when the server is switched on again.</source>
        <translation>服务器设置在服务器重新开启后生效。</translation>
    </message>
    <message>
        <source>on</source>
        <translation>开</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关</translation>
    </message>
</context>
<context>
    <name>ui::ShellModel</name>
    <message>
        <source>Settings hold until Hearth is closed, but could not be saved: %1</source>
        <translation>设置在 Hearth 关闭前有效，但未能保存：%1</translation>
    </message>
</context>
<context>
    <name>ui::StatusModel</name>
    <message>
        <source>the model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Loading %1</source>
        <translation>正在加载 %1</translation>
    </message>
    <message>
        <source>Loading %1, %2%</source>
        <translation>正在加载 %1，%2%</translation>
    </message>
    <message>
        <source>Unloading</source>
        <translation>正在卸载</translation>
    </message>
    <message>
        <source>%1 did not load</source>
        <translation>%1 加载失败</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>未加载模型</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>What a model runs on is chosen when it is loaded.</source>
        <translation>加载模型时才会选择在哪里运行。</translation>
    </message>
    <message>
        <source>%1, connection lost</source>
        <translation>%1，连接已断开</translation>
    </message>
    <message>
        <source>The answers come from %1; what you write is sent there.</source>
        <translation>回答来自 %1；你写的内容会发送到那里。</translation>
    </message>
</context>
<context>
    <name>ui::TemplateModel</name>
    <message>
        <source>automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>You are helpful.</source>
        <translation>你是一个乐于助人的助手。</translation>
    </message>
    <message>
        <source>Hello</source>
        <translation>你好</translation>
    </message>
    <message>
        <source>you chose it</source>
        <translation>由你选择</translation>
    </message>
</context>
</TS>

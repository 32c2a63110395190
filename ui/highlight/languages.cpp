#include "ui/highlight/language.h"

namespace ui {

namespace {

constexpr const char* kCTypes =
    "void bool char short int long float double signed unsigned size_t ssize_t ptrdiff_t int8_t int16_t int32_t "
    "int64_t uint8_t uint16_t uint32_t uint64_t wchar_t char8_t char16_t char32_t FILE half float2 float4 dim3";
constexpr const char* kScriptWords =
    "abstract as async await break case catch class const constructor continue debugger declare default delete do else "
    "enum export extends false finally for from function get if implements import in infer instanceof interface is "
    "keyof let namespace new null of override private protected public readonly return satisfies set static super "
    "switch this throw true try type typeof undefined var void while with yield";
constexpr const char* kShellWords =
    "if then else elif fi for while until do done case esac in function select time return exit break continue local "
    "export readonly declare typeset unset shift source alias eval exec trap set cd echo printf read test true false "
    "sudo";

const CodeLanguage kLanguages[] = {
    {"c h", "C", "//", "/*", "*/", "\"'", Directives,
     "auto break case const continue default do else enum extern for goto if inline register restrict return sizeof "
     "static struct switch typedef union volatile while NULL true false _Atomic _Generic _Static_assert nullptr",
     kCTypes},
    {"cpp c++ cc cxx hpp hxx hh ino cuda cu", "C++", "//", "/*", "*/", "\"'", Directives,
     "alignas alignof and asm auto break case catch class co_await co_return co_yield concept const const_cast "
     "consteval constexpr constinit continue decltype default delete do dynamic_cast else enum explicit export extern "
     "false final for friend goto if inline mutable namespace new noexcept not nullptr operator or override private "
     "protected public register reinterpret_cast requires return sizeof static static_assert static_cast struct "
     "switch template this thread_local throw true try typedef typeid typename union using virtual volatile while "
     "__global__ __device__ __host__ __shared__ __restrict__",
     "void bool char short int long float double signed unsigned size_t ptrdiff_t int8_t int16_t int32_t int64_t "
     "uint8_t uint16_t uint32_t uint64_t wchar_t char8_t char16_t char32_t string string_view vector map set "
     "unordered_map unordered_set array span optional variant tuple pair unique_ptr shared_ptr atomic mutex thread"},
    {"csharp c# cs", "C#", "//", "/*", "*/", "\"'", Directives | CapitalTypes | TripleQuotes,
     "abstract as async await base break case catch checked class const continue default delegate do else enum event "
     "explicit extern false finally fixed for foreach get goto if implicit in init interface internal is lock "
     "namespace new null operator out override params private protected public readonly record ref required return "
     "sealed set sizeof stackalloc static struct switch this throw true try typeof unchecked unsafe using var virtual "
     "volatile when where while with yield",
     "bool byte char decimal double dynamic float int long nint object sbyte short string uint ulong ushort void"},
    {"java", "Java", "//", "/*", "*/", "\"'", CapitalTypes | TripleQuotes | Sigils,
     "abstract assert break case catch class const continue default do else enum extends false final finally for goto "
     "if implements import instanceof interface native new non-sealed null package permits private protected public "
     "record return sealed static strictfp super switch synchronized this throw throws transient true try var volatile "
     "while yield",
     "boolean byte char double float int long short void"},
    {"kotlin kt kts", "Kotlin", "//", "/*", "*/", "\"'", CapitalTypes | TripleQuotes | NestedComments | Sigils,
     "abstract actual annotation as break by catch class companion const constructor continue crossinline data do else "
     "enum expect external false final finally for fun get if import in infix init inline inner interface internal is "
     "lateinit noinline null object open operator out override package private protected public reified return sealed "
     "set super suspend tailrec this throw true try typealias val var vararg when where while",
     ""},
    {"scala sc", "Scala", "//", "/*", "*/", "\"", CapitalTypes | TripleQuotes | NestedComments | Sigils,
     "abstract case catch class def derives do else end enum export extends extension false final finally for given if "
     "implicit import inline lazy match new null object override package private protected return sealed super then "
     "this throw trait true try type using val var while with yield",
     ""},
    {"swift", "Swift", "//", "/*", "*/", "\"", CapitalTypes | TripleQuotes | NestedComments | Sigils,
     "actor as associatedtype async await break case catch class continue convenience default defer deinit didSet do "
     "else enum extension fallthrough false fileprivate final for func get guard if import in indirect infix init "
     "inout internal is lazy let mutating nil nonisolated open operator optional override postfix precedencegroup "
     "prefix private protocol public repeat required rethrows return self set some static struct subscript super "
     "switch throw throws true try typealias unowned var weak where while willSet any",
     ""},
    {"objectivec objective-c objc m mm", "Objective-C", "//", "/*", "*/", "\"'", Directives | CapitalTypes | Sigils,
     "auto break case const continue default do else enum extern for goto if in inline register return self sizeof "
     "static struct super switch typedef union volatile while YES NO nil NULL @interface @implementation @end "
     "@property @protocol @class @selector @synthesize @autoreleasepool @try @catch @finally nonatomic strong weak",
     "id void bool BOOL char short int long float double signed unsigned instancetype SEL"},
    {"go golang", "Go", "//", "/*", "*/", "\"'`", LinesInBacktick,
     "break case chan const continue default defer else fallthrough for func go goto if import interface map package "
     "range return select struct switch type var true false nil iota",
     "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint "
     "uint8 uint16 uint32 uint64 uintptr"},
    {"rust rs", "Rust", "//", "/*", "*/", "\"'", CapitalTypes | NestedComments | LinesInText | CharQuote,
     "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move "
     "mut pub ref return self Self static struct super trait true type union unsafe use where while yield macro_rules",
     "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize"},
    {"zig", "Zig", "//", "", "", "\"'", Sigils,
     "align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer else "
     "enum "
     "errdefer error export extern fn for if inline linksection noalias noinline nosuspend opaque or orelse packed pub "
     "resume return struct suspend switch test threadlocal try union unreachable usingnamespace var volatile while "
     "true false null undefined",
     "bool void type anyerror noreturn u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 usize isize f16 f32 f64 f128 c_int"},
    {"dart", "Dart", "//", "/*", "*/", "\"'", CapitalTypes | TripleQuotes | Sigils,
     "abstract as assert async await base break case catch class const continue covariant default deferred do dynamic "
     "else enum export extends extension external factory false final finally for get hide if implements import in "
     "interface is late library mixin new null on operator part required rethrow return sealed set show static super "
     "switch sync this throw true try typedef var when while with yield",
     "bool double int num void"},
    {"javascript js jsx mjs cjs node", "JavaScript", "//", "/*", "*/", "\"'`", LinesInBacktick | CapitalTypes | Sigils,
     kScriptWords, ""},
    {"typescript ts tsx mts", "TypeScript", "//", "/*", "*/", "\"'`", LinesInBacktick | CapitalTypes | Sigils,
     kScriptWords, "any bigint boolean never number object string symbol unknown"},
    {"python py py3 python3 pyi ipython gyp sage starlark bzl", "Python", "#", "", "", "\"'",
     CapitalTypes | TripleQuotes | Sigils,
     "False None True and as assert async await break case class continue def del elif else except finally for from "
     "global if import in is lambda match nonlocal not or pass raise return try while with yield self cls",
     "bool bytes bytearray complex dict float frozenset int list object set str tuple type"},
    {"ruby rb", "Ruby", "#", "=begin", "=end", "\"'`", CapitalTypes | LinesInText | Sigils,
     "BEGIN END alias and begin break case class def defined? do else elsif end ensure extend false for if in include "
     "loop module next nil not or private protected public puts raise redo require require_relative rescue retry "
     "return self super then true undef unless until when while yield attr_accessor attr_reader lambda proc",
     ""},
    {"perl pl pm", "Perl", "#", "", "", "\"'`", LinesInText | Sigils,
     "and cmp continue do else elsif eq for foreach ge given gt if last le local lt my ne next no not or our package "
     "print printf redo require return say state sub unless until use when while xor die eval bless shift push split",
     ""},
    {"php php8 phtml", "PHP", "// #", "/*", "*/", "\"'", LinesInText | Sigils | CapitalTypes,
     "abstract and array as break callable case catch class clone const continue declare default do echo else elseif "
     "empty enum extends false final finally fn for foreach function global goto if implements include include_once "
     "instanceof insteadof interface isset list match namespace new null or parent print private protected public "
     "readonly require require_once return self static switch this throw trait true try unset use var while xor yield",
     "bool float int iterable mixed never object string void"},
    {"lua luau", "Lua", "--", "--[[", "]]", "\"'", 0,
     "and break do else elseif end false for function goto if in local nil not or repeat return then true until while "
     "self",
     ""},
    {"r rscript", "R", "#", "", "", "\"'`", LinesInText,
     "break else for function if in next repeat return while TRUE FALSE NULL NA NaN Inf library require source",
     "character complex data.frame double factor integer list logical matrix numeric vector"},
    {"julia jl", "Julia", "#", "#=", "=#", "\"", CapitalTypes | TripleQuotes | NestedComments | Sigils,
     "abstract baremodule begin break catch const continue do else elseif end export false finally for function global "
     "if import in isa let local macro missing module mutable nothing primitive quote return struct true try type "
     "using where while",
     ""},
    {"matlab octave", "MATLAB", "% #", "%{", "%}", "\"", 0,
     "break case catch classdef continue else elseif end endfunction endif for function global if otherwise parfor "
     "persistent return switch try unwind_protect while true false",
     "cell char double int8 int16 int32 int64 logical single struct uint8 uint16 uint32 uint64"},
    {"haskell hs", "Haskell", "--", "{-", "-}", "\"'", CapitalTypes | NestedComments | CharQuote,
     "as case class data default deriving do else family forall foreign hiding if import in infix infixl infixr "
     "instance let mdo module newtype of qualified rec then type where",
     ""},
    {"ocaml ml mli reasonml", "OCaml", "", "(*", "*)", "\"'", CapitalTypes | NestedComments | LinesInText | CharQuote,
     "and as assert begin class constraint do done downto else end exception external false for fun function functor "
     "if "
     "in include inherit initializer lazy let match method module mutable new nonrec object of open or private rec sig "
     "struct then to true try type val virtual when while with",
     "array bool bytes char float int list option string unit"},
    {"fsharp f# fs fsx", "F#", "//", "(*", "*)", "\"'", CapitalTypes | NestedComments | TripleQuotes | CharQuote,
     "abstract and as assert async base begin class default delegate do done downcast downto elif else end exception "
     "extern false finally fixed for fun function global if in inherit inline interface internal lazy let match member "
     "module mutable namespace new not null of open or override private public rec return select sig static struct "
     "task then to true try type upcast use val void when while with yield",
     "bool byte char decimal double exn float int int64 list obj option seq string unit"},
    {"elixir ex exs", "Elixir", "#", "", "", "\"'", CapitalTypes | TripleQuotes | LinesInText | Sigils,
     "after alias and case catch cond def defdelegate defexception defguard defimpl defmacro defmodule defp "
     "defprotocol "
     "defstruct do else end false fn for if import in nil not or quote raise receive rescue require reraise super "
     "throw true try unless unquote use when with",
     ""},
    {"erlang erl hrl", "Erlang", "%", "", "", "\"", LinesInText,
     "after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let not of or orelse receive "
     "rem try when xor module export import record define include spec type",
     ""},
    {"clojure clj cljs edn", "Clojure", ";", "", "", "\"", LinesInText | DashWords,
     "def defn defn- defmacro defmethod defmulti defprotocol defrecord deftype do doseq dotimes fn for if if-let "
     "if-not "
     "let loop ns quote recur require throw try catch finally var when when-let when-not cond case true false nil",
     ""},
    {"lisp commonlisp cl elisp emacs-lisp scheme scm racket rkt", "Lisp", ";", "#|", "|#", "\"",
     LinesInText | DashWords,
     "and begin case cond defclass define define-syntax defmacro defmethod defparameter defstruct defun defvar do "
     "dolist "
     "dotimes else flet format if labels lambda let let* letrec loop nil not or progn quote require return set setf "
     "setq t unless values when",
     ""},
    {"sql postgresql postgres psql plpgsql mysql sqlite tsql mssql plsql bigquery", "SQL", "-- #", "/*", "*/", "'\"`",
     NoCase | LinesInText | NoEscape,
     "add all alter analyze and any as asc begin between by cascade case check collate column commit conflict "
     "constraint "
     "create cross current_date current_timestamp database declare default delete desc distinct do drop each else end "
     "escape except exists explain false fetch filter first following for foreign from full function grant group "
     "having "
     "if ignore ilike in index inner insert intersect interval into is join key last lateral left like limit match "
     "materialized natural no not nothing null nulls of offset on or order outer over partition preceding primary "
     "procedure range recursive references replace returning returns revoke right rollback row rows schema select set "
     "table temp temporary then to transaction trigger true truncate unbounded union unique update using values view "
     "when where window with without",
     "bigint bigserial blob boolean bytea char date datetime decimal double float int integer json jsonb money numeric "
     "precision real serial smallint text time timestamp timestamptz tinyint uuid varchar"},
    {"bash sh shell zsh ksh console shell-session shellsession terminal", "Shell", "#", "", "", "\"'`",
     LinesInText | Sigils | DashWords | SpaceComments, kShellWords, ""},
    {"fish", "fish", "#", "", "", "\"'", LinesInText | Sigils | DashWords | SpaceComments,
     "and begin break builtin case command continue else end exec for function if in not or return set status string "
     "switch test while",
     ""},
    {"powershell ps1 pwsh ps", "PowerShell", "#", "<#", "#>", "\"'",
     NoCase | LinesInText | Sigils | DashWords | NoEscape,
     "begin break catch class continue data do dynamicparam else elseif end enum exit filter finally for foreach from "
     "function hidden if in param process return static switch throw trap try until using while",
     ""},
    {"batch bat cmd dos", "Batch", ":: rem", "", "", "\"", NoCase | CommentAtStart | NoEscape,
     "call cd cls copy del do echo else endlocal errorlevel exist exit for goto if in md mkdir move not off on pause "
     "rd "
     "ren rmdir set setlocal shift start type",
     ""},
    {"html xml xhtml svg vue svelte htm xaml plist rss astro", "HTML", "", "<!--", "-->", "\"'",
     Markup | LinesInText | NoEscape, "", ""},
    {"css scss sass less", "CSS", "//", "/*", "*/", "\"'", DashWords | Sigils | Keys,
     "important @media @import @font-face @keyframes @supports @use @include @mixin @extend @if @else @layer from to "
     "and "
     "not only auto none inherit initial unset",
     "px em rem vh vw deg ms"},
    {"json jsonc json5 ndjson jsonl geojson", "JSON", "//", "/*", "*/", "\"'", Keys, "true false null", ""},
    {"yaml yml", "YAML", "#", "", "", "\"'", Keys | DashWords | SpaceComments | LinesInText,
     "true false null yes no on off", ""},
    {"toml", "TOML", "#", "", "", "\"'", Keys | DashWords | TripleQuotes, "true false inf nan", ""},
    {"ini conf cfg properties env dotenv editorconfig systemd desktop", "INI", "# ;", "", "", "\"",
     Keys | DashWords | CommentAtStart, "true false yes no on off", ""},
    {"nginx apache apacheconf", "Config", "#", "", "", "\"'", FirstWord | DashWords | Sigils, "on off", ""},
    {"dockerfile docker containerfile", "Dockerfile", "#", "", "", "\"'", CommentAtStart | Sigils | DashWords,
     "ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER "
     "VOLUME WORKDIR",
     ""},
    {"makefile make mk", "Makefile", "#", "", "", "\"'", Keys | Sigils | DashWords | SpaceComments,
     "define else endef endif export ifdef ifeq ifndef ifneq include override unexport vpath", ""},
    {"cmake", "CMake", "#", "#[[", "]]", "\"", NoCase | LinesInText,
     "if elseif else endif foreach endforeach while endwhile function endfunction macro endmacro return break continue "
     "set unset option project include find_package add_executable add_library target_link_libraries "
     "target_include_directories add_subdirectory message cmake_minimum_required",
     "on off true false public private interface required static shared"},
    {"diff patch udiff", "Diff", "", "", "", "", DiffLines, "", ""},
    {"latex tex bibtex", "LaTeX", "%", "", "", "", Backslash, "", ""},
    {"nix", "Nix", "#", "/*", "*/", "\"", LinesInText | DashWords,
     "assert else false if in inherit let null or rec then true with import builtins", ""},
    {"graphql gql", "GraphQL", "#", "", "", "\"", CapitalTypes | TripleQuotes | Sigils,
     "directive enum extend false fragment implements input interface mutation null on query scalar schema "
     "subscription "
     "true type union",
     ""},
    {"protobuf proto proto3", "Protocol Buffers", "//", "/*", "*/", "\"'", CapitalTypes,
     "enum extend extensions false import map message oneof option optional package public repeated required reserved "
     "returns rpc service stream syntax true weak",
     "bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64"},
    {"hcl terraform tf", "HCL", "# //", "/*", "*/", "\"", Keys | DashWords,
     "data dynamic each false for for_each if in local locals module null output provider resource terraform true var "
     "variable",
     "any bool list map number object set string"},
    {"glsl hlsl wgsl metal vert frag shader", "Shader", "//", "/*", "*/", "\"", Directives,
     "attribute break buffer case const continue default discard do else false flat fn for if in inout layout let "
     "location out precision return smooth struct switch true uniform uint var varying while workgroup",
     "bool float int void vec2 vec3 vec4 ivec2 ivec3 ivec4 uvec2 uvec3 uvec4 mat2 mat3 mat4 sampler2D samplerCube "
     "texture2D float2 float3 float4 f32 i32 u32"},
    {"asm assembly nasm x86asm armasm s", "Assembly", "; // @", "/*", "*/", "\"'", NoCase | FirstWord | SpaceComments,
     "",
     "rax rbx rcx rdx rsi rdi rsp rbp eax ebx ecx edx esi edi esp ebp al bl cl dl r8 r9 r10 r11 r12 r13 r14 r15 xmm0 "
     "xmm1 xmm2 ymm0 ymm1 x0 x1 x2 x3 sp lr pc"},
    {"verilog systemverilog sv v", "Verilog", "//", "/*", "*/", "\"", Sigils,
     "always always_comb always_ff assign begin case casez default else end endcase endfunction endgenerate endmodule "
     "for function generate if import initial inout input module negedge output package parameter posedge task typedef "
     "while",
     "bit byte genvar integer int logic real reg signed string unsigned wire"},
    {"vhdl", "VHDL", "--", "", "", "\"", NoCase,
     "and architecture begin case component downto else elsif end entity for function generate generic if in is "
     "library "
     "loop map not of or others out package port process range report return signal then to type use variable wait "
     "when "
     "while",
     "bit boolean integer natural std_logic std_logic_vector unsigned signed"},
    {"pascal delphi objectpascal", "Pascal", "//", "{", "}", "'", NoCase | NoEscape,
     "and array as begin case class const constructor destructor div do downto else end except finally for function if "
     "implementation in inherited interface is mod nil not object of or private procedure program property public "
     "record repeat set shl shr then to try type unit until uses var while with xor",
     "boolean byte char double integer longint real single string word"},
    {"fortran f90 f95 f03 f", "Fortran", "!", "", "", "\"'", NoCase | NoEscape,
     "allocatable allocate call case contains continue cycle deallocate dimension do else elseif end enddo endif exit "
     "function if implicit in inout integer intent interface module none only out parameter pointer print procedure "
     "program pure read recursive result return select stop subroutine then type use where while write",
     "character complex logical real integer"},
    {"groovy gradle jenkinsfile", "Groovy", "//", "/*", "*/", "\"'", CapitalTypes | TripleQuotes | Sigils,
     "abstract as assert break case catch class continue def default do else enum extends false final finally for if "
     "implements import in instanceof interface new null package private protected public return static super switch "
     "this throw throws trait true try var while",
     "boolean byte char double float int long short void"},
    {"solidity sol", "Solidity", "//", "/*", "*/", "\"'", CapitalTypes,
     "abstract as assembly break calldata catch constant constructor continue contract delete do else emit enum error "
     "event external false fallback for function if immutable import indexed interface internal is library mapping "
     "memory modifier new override payable pragma private public pure receive return returns revert storage struct "
     "this "
     "true try type unchecked using view virtual while",
     "address bool bytes bytes32 int int256 string uint uint8 uint256"},
    {"qml", "QML", "//", "/*", "*/", "\"'`", LinesInBacktick | CapitalTypes,
     "alias as break case catch const continue default else enum false finally for function if import in let new null "
     "pragma property readonly required return signal switch this throw true try undefined var while component",
     "bool color date double font int list real string url variant void"},
    {"jinja jinja2 j2 django handlebars hbs mustache", "Template", "", "{#", "#}", "\"'", 0,
     "block else elif endblock endfor endif endmacro endset extends for from if import in include is macro not or and "
     "set with true false none loop",
     ""},
};

}  // namespace

std::span<const CodeLanguage> languages() {
  return kLanguages;
}

}  // namespace ui

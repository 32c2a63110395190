#include "ui/math/math_symbols.h"

#include <array>
#include <string>
#include <unordered_map>

namespace ui {

namespace {

struct Group {
  MathClass spacing;
  MathFont font;
  const char* pairs;  ///< name and character, with spaces between
};

constexpr std::array kGroups = {
    Group{MathClass::Ordinary, MathFont::Italic,
          "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ "
          "varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon "
          "υ phi ϕ varphi φ chi χ psi ψ omega ω"},
    Group{MathClass::Ordinary, MathFont::Upright,
          "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇ "
          "hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ beth ℶ wp ℘ emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot "
          "¬ top ⊤ bot ⊥ angle ∠ measuredangle ∡ triangle △ square □ Box □ blacksquare ■ qed ■ diamond ◇ Diamond ◇ "
          "star ⋆ bigstar ★ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ sharp ♯ flat ♭ natural ♮ prime ′ dagger † "
          "ddagger ‡ degree ° imath ı jmath ȷ complement ∁ hslash ℏ mho ℧ eth ð S § P ¶ copyright © pounds £ yen ¥ "
          "euro € backslash \\ checkmark ✓ surd √ % % # # & & $ $ _ _ | ‖ Vert ‖ vert | "
          "dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ dotsm ⋯ dotsi ⋯"},
    Group{MathClass::Binary, MathFont::Upright,
          "pm ± mp ∓ times × div ÷ cdot ⋅ ast ∗ circ ∘ bullet ∙ cap ∩ cup ∪ sqcap ⊓ sqcup ⊔ vee ∨ lor ∨ wedge ∧ land ∧ "
          "setminus ∖ smallsetminus ∖ wr ≀ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ uplus ⊎ amalg ⨿ ltimes ⋉ rtimes "
          "⋊ triangleleft ◁ triangleright ▷ bigcirc ◯ boxplus ⊞ boxtimes ⊠ barwedge ⊼ veebar ⊻"},
    Group{MathClass::Relation, MathFont::Upright,
          "leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ ll ≪ gg ≫ equiv ≡ sim ∼ simeq ≃ approx ≈ cong ≅ propto ∝ prec ≺ succ ≻ "
          "preceq ⪯ succeq ⪰ leqslant ⩽ geqslant ⩾ lesssim ≲ gtrsim ≳ asymp ≍ doteq ≐ models ⊨ vDash ⊨ vdash ⊢ dashv ⊣ "
          "perp ⟂ mid ∣ nmid ∤ parallel ∥ nparallel ∦ bowtie ⋈ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ "
          "supsetneq ⊋ nsubseteq ⊈ sqsubseteq ⊑ sqsupseteq ⊒ in ∈ ni ∋ notin ∉ coloneqq ≔ triangleq ≜ "
          "to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ uparrow ↑ downarrow ↓ updownarrow ↕ Rightarrow ⇒ "
          "Leftarrow ⇐ Leftrightarrow ⇔ implies ⟹ impliedby ⟸ iff ⟺ Longrightarrow ⟹ Longleftarrow ⟸ "
          "Longleftrightarrow ⟺ longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷ mapsto ↦ longmapsto ⟼ "
          "hookrightarrow ↪ hookleftarrow ↩ twoheadrightarrow ↠ rightharpoonup ⇀ rightleftharpoons ⇌ leadsto ⇝ nearrow "
          "↗ searrow ↘ swarrow ↙ nwarrow ↖ Uparrow ⇑ Downarrow ⇓ therefore ∴ because ∵ colon :"},
    Group{MathClass::Opening, MathFont::Upright, "langle ⟨ lfloor ⌊ lceil ⌈ lbrace { { { lvert | lVert ‖ lbrack ["},
    Group{MathClass::Closing, MathFont::Upright, "rangle ⟩ rfloor ⌋ rceil ⌉ rbrace } } } rvert | rVert ‖ rbrack ]"},
};

constexpr const char* kLarge =
    "sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄ bigsqcup "
    "⨆";
constexpr const char* kIntegrals = "int ∫ iint ∬ iiint ∭ oint ∮ oiint ∯";
constexpr const char* kFunctions =
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp deg dim ker hom arg";
constexpr const char* kLimits = "lim max min sup inf det gcd Pr argmax argmin limsup liminf lcm";
constexpr const char* kAccents =
    "hat ^ widehat ^ bar line overline line vec → overrightarrow → overleftarrow ← dot ˙ ddot ¨ tilde ˜ widetilde ˜ "
    "check "
    "ˇ breve ˘ acute ´ grave ` mathring ˚ underline under overbrace brace underbrace underbrace";

using Table = std::unordered_map<std::string, MathNode>;

template <typename Add>
void eachWord(const char* list, Add add) {
  const QStringList words = QString::fromUtf8(list).split(u' ', Qt::SkipEmptyParts);
  for (qsizetype i = 0; i < words.size(); ++i) add(words, i);
}

Table makeTable() {
  Table table;
  const auto put = [&table](const QString& name, const QString& text, const Group& group, bool large, bool limits) {
    MathNode node;
    node.kind = MathNode::Kind::Symbol;
    node.spacing = group.spacing;
    node.font = group.font;
    node.text = text;
    const char16_t first = text.at(0).unicode();
    if (group.font == MathFont::Italic && text.size() == 1 && first >= 0x3b1 && first <= 0x3c9) {
      const char32_t slanted = 0x1d6fcu + first - 0x3b1u;
      node.text = QString::fromUcs4(&slanted, 1);
    }
    node.large = large;
    node.limits = limits;
    table.emplace(name.toStdString(), std::move(node));
  };
  for (const Group& group : kGroups) {
    eachWord(group.pairs, [&](const QStringList& words, qsizetype i) {
      if (i % 2 == 0 && i + 1 < words.size()) put(words[i], words[i + 1], group, false, false);
    });
  }
  const Group operators{MathClass::Operator, MathFont::Upright, ""};
  for (const bool limits : {true, false}) {
    eachWord(limits ? kLarge : kIntegrals, [&](const QStringList& words, qsizetype i) {
      if (i % 2 == 0) put(words[i], words[i + 1], operators, true, limits);
    });
    eachWord(limits ? kLimits : kFunctions,
             [&](const QStringList& words, qsizetype i) { put(words[i], words[i], operators, false, limits); });
  }
  return table;
}

struct Alphabet {
  char32_t capital = 0, small = 0, digit = 0;
};

Alphabet alphabetOf(MathFont font) {
  switch (font) {
    case MathFont::Italic:
      return {0x1d434, 0x1d44e, 0};
    case MathFont::Bold:
      return {0x1d400, 0x1d41a, 0x1d7ce};
    case MathFont::Double:
      return {0x1d538, 0x1d552, 0x1d7d8};
    case MathFont::Script:
      return {0x1d49c, 0x1d4b6, 0};
    case MathFont::Fraktur:
      return {0x1d504, 0x1d51e, 0};
    default:
      return {};
  }
}

/// Letters that had a place before the alphabets were made.
char32_t earlier(char32_t letter, MathFont font) {
  static const std::unordered_map<char32_t, char32_t> doubles = {
      {U'C', 0x2102}, {U'H', 0x210d}, {U'N', 0x2115}, {U'P', 0x2119}, {U'Q', 0x211a}, {U'R', 0x211d}, {U'Z', 0x2124}};
  static const std::unordered_map<char32_t, char32_t> scripts = {
      {U'B', 0x212c}, {U'E', 0x2130}, {U'F', 0x2131}, {U'H', 0x210b}, {U'I', 0x2110}, {U'L', 0x2112},
      {U'M', 0x2133}, {U'R', 0x211b}, {U'e', 0x212f}, {U'g', 0x210a}, {U'o', 0x2134}};
  static const std::unordered_map<char32_t, char32_t> frakturs = {
      {U'C', 0x212d}, {U'H', 0x210c}, {U'I', 0x2111}, {U'R', 0x211c}, {U'Z', 0x2128}};
  if (font == MathFont::Italic) return letter == U'h' ? 0x210e : 0;
  const auto& map = font == MathFont::Double ? doubles : font == MathFont::Script ? scripts : frakturs;
  if (font != MathFont::Double && font != MathFont::Script && font != MathFont::Fraktur) return 0;
  const auto found = map.find(letter);
  return found != map.end() ? found->second : 0;
}

}  // namespace

std::optional<MathNode> mathSymbol(QStringView name) {
  static const Table table = makeTable();
  const auto found = table.find(name.toString().toStdString());
  if (found == table.end()) return std::nullopt;
  return found->second;
}

QString mathAccent(QStringView name) {
  static const auto table = [] {
    std::unordered_map<std::string, QString> map;
    eachWord(kAccents, [&](const QStringList& words, qsizetype i) {
      if (i % 2 == 0) map.emplace(words[i].toStdString(), words[i + 1]);
    });
    return map;
  }();
  const auto found = table.find(name.toString().toStdString());
  return found != table.end() ? found->second : QString();
}

QString mathLetter(char32_t letter, MathFont font) {
  const Alphabet alphabet = alphabetOf(font);
  char32_t wanted = earlier(letter, font);
  if (wanted == 0 && letter >= U'A' && letter <= U'Z' && alphabet.capital != 0)
    wanted = alphabet.capital + letter - U'A';
  if (wanted == 0 && letter >= U'a' && letter <= U'z' && alphabet.small != 0) wanted = alphabet.small + letter - U'a';
  if (wanted == 0 && letter >= U'0' && letter <= U'9' && alphabet.digit != 0) wanted = alphabet.digit + letter - U'0';
  if (wanted == 0) wanted = letter;
  return QString::fromUcs4(&wanted, 1);
}

}  // namespace ui

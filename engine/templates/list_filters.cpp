// Filters over lists and dicts.
#include <algorithm>
#include <charconv>

#include "engine/templates/library.h"
#include "engine/templates/unicode.h"

namespace engine::jinja {

namespace {

/// item.a.0.b, as jinja2's make_attrgetter reads it.
Value attributeOf(Interpreter& in, Value item, const Value& path) {
  if (!path.is(Kind::String)) return in.getItem(item, path);
  const std::string& name = path.bytes();
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('.', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    int64_t index = 0;
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool isIndex = parsed.ec == std::errc() && parsed.ptr == part.data() + part.size();
    item = isIndex ? in.getItem(item, Value(index)) : in.getItem(item, makeString(in.budget(), part));
    begin = end + 1;
  }
  return item;
}

Value length(Interpreter& in, const Value& value, const Arguments&) {
  switch (value.kind()) {
    case Kind::Undefined:
      return Value(int64_t{0});
    case Kind::String:
      in.budget()->spendBytes(value.text().size());
      return Value(static_cast<int64_t>(countCodePoints(value.bytes())));
    case Kind::List:
      return Value(static_cast<int64_t>(value.items().size()));
    case Kind::Dict:
      return Value(static_cast<int64_t>(value.dict().entries.size()));
    default:
      in.fail("object of type '" + std::string(typeName(value)) + "' has no len()");
  }
}

Value first(Interpreter& in, const Value& value, const Arguments&) {
  const Items items = in.iterate(value);
  return items.empty() ? makeUndefined(in.budget(), "No first item, sequence was empty.") : items[0];
}

Value last(Interpreter& in, const Value& value, const Arguments&) {
  const Items items = in.iterate(value);
  return items.empty() ? makeUndefined(in.budget(), "No last item, sequence was empty.") : items[items.size() - 1];
}

Value toList(Interpreter& in, const Value& value, const Arguments&) {
  return in.list(in.iterate(value), false, value.content());
}

Value join(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value* separator = arguments.get(0, "d");
  const Value* attribute = arguments.get(1, "attribute");
  const Text between = separator != nullptr ? in.textOf(*separator) : Text();
  Text text;
  bool isFirst = true;
  for (const Value& item : in.iterate(value)) {
    in.budget()->spendBytes(between.size());
    if (!isFirst) text.append(between);
    isFirst = false;
    writeText(attribute != nullptr ? attributeOf(in, item, *attribute) : item, in.budget(), &text);
  }
  return in.string(std::move(text));
}

Value items(Interpreter& in, const Value& value, const Arguments&) {
  if (value.is(Kind::Undefined)) return in.list(std::vector<Value>());
  if (!value.is(Kind::Dict)) in.fail("Can only get item pairs from a mapping.");
  return findContainerMethod(Kind::Dict, "items")(in, value, {});
}

/// A key for sorting and uniqueness: strings in lower case unless told otherwise.
Value foldCase(Interpreter& in, const Value& value, bool caseSensitive) {
  if (caseSensitive || !value.is(Kind::String)) return value;
  return in.string(changeCase(in, value.text(), CaseStyle::Lower));
}

struct Keyed {
  Value key, item;
};

void sortKeyed(Interpreter& in, std::vector<Keyed>* list, bool reverse) {
  std::stable_sort(list->begin(), list->end(), [&](const Keyed& a, const Keyed& b) {
    const int order = compare(a.key, b.key, in.budget(), "<");
    return reverse ? order > 0 : order < 0;
  });
}

std::vector<Keyed> keyedItems(Interpreter& in, const Value& value, const Value* attribute, bool caseSensitive) {
  std::vector<Keyed> list;
  for (const Value& item : in.iterate(value)) {
    const bool byAttribute = attribute != nullptr && !attribute->is(Kind::None);
    list.push_back({foldCase(in, byAttribute ? attributeOf(in, item, *attribute) : item, caseSensitive), item});
  }
  return list;
}

Value itemsOf(Interpreter& in, std::vector<Keyed> list, bool content) {
  std::vector<Value> result;
  for (Keyed& keyed : list) result.push_back(std::move(keyed.item));
  return in.list(std::move(result), false, content);
}

Value sort(Interpreter& in, const Value& value, const Arguments& arguments) {
  std::vector<Keyed> list =
      keyedItems(in, value, arguments.get(2, "attribute"), flagArgument(arguments, 1, "case_sensitive", false));
  sortKeyed(in, &list, flagArgument(arguments, 0, "reverse", false));
  return itemsOf(in, std::move(list), value.content());
}

Value dictSort(Interpreter& in, const Value& value, const Arguments& arguments) {
  if (!value.is(Kind::Dict)) in.fail("dictsort needs a mapping, not " + std::string(typeName(value)));
  const bool caseSensitive = flagArgument(arguments, 0, "case_sensitive", false);
  const Value* by = arguments.get(1, "by");
  const bool byValue = by != nullptr && by->is(Kind::String) && by->bytes() == "value";
  std::vector<Keyed> list;
  for (const auto& [key, item] : value.dict().entries) {
    list.push_back({foldCase(in, byValue ? item : key, caseSensitive), in.list({key, item}, true, value.content())});
  }
  sortKeyed(in, &list, flagArgument(arguments, 2, "reverse", false));
  return itemsOf(in, std::move(list), value.content());
}

Value unique(Interpreter& in, const Value& value, const Arguments& arguments) {
  std::vector<Keyed> kept;
  for (Keyed& candidate :
       keyedItems(in, value, arguments.get(1, "attribute"), flagArgument(arguments, 0, "case_sensitive", false))) {
    const bool seen = std::any_of(kept.begin(), kept.end(),
                                  [&](const Keyed& other) { return equals(other.key, candidate.key, in.budget()); });
    if (!seen) kept.push_back(std::move(candidate));
  }
  return itemsOf(in, std::move(kept), value.content());
}

template <bool largest>
Value extreme(Interpreter& in, const Value& value, const Arguments& arguments) {
  std::vector<Keyed> list =
      keyedItems(in, value, arguments.get(1, "attribute"), flagArgument(arguments, 0, "case_sensitive", false));
  if (list.empty()) return makeUndefined(in.budget(), "No aggregated item, sequence was empty.");
  size_t best = 0;
  for (size_t i = 1; i < list.size(); ++i) {
    const int order = compare(list[i].key, list[best].key, in.budget(), "<");
    if (largest ? order > 0 : order < 0) best = i;
  }
  return list[best].item;
}

Value sum(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value* attribute = arguments.get(0, "attribute");
  const Value* start = arguments.get(1, "start");
  Value total = start != nullptr ? *start : Value(int64_t{0});
  for (const Value& item : in.iterate(value)) {
    const bool byAttribute = attribute != nullptr && !attribute->is(Kind::None);
    total = in.binary(Op::Add, total, byAttribute ? attributeOf(in, item, *attribute) : item);
  }
  return total;
}

Value reverse(Interpreter& in, const Value& value, const Arguments&) {
  Items list = in.iterate(value);
  std::reverse(list.values.begin(), list.values.end());
  if (!value.is(Kind::String)) return in.list(std::move(list), false, value.content());
  Text text;
  for (const Value& item : list) text.append(item.text());
  return in.string(std::move(text));
}

Value attribute(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value* name = arguments.get(0, "name");
  if (name == nullptr) in.fail("attr needs a name");
  return in.getAttribute(value, in.textOf(*name).bytes());
}

Arguments rest(const Arguments& arguments, size_t from) {
  Arguments result;
  for (size_t i = from; i < arguments.positional.size(); ++i) result.positional.push_back(arguments.positional[i]);
  result.named = arguments.named;
  return result;
}

Value map(Interpreter& in, const Value& value, const Arguments& arguments) {
  std::vector<Value> result;
  if (arguments.positional.empty()) {
    const Value* path = arguments.get(0, "attribute");
    const Value* fallback = arguments.get(1, "default");
    if (path == nullptr) in.fail("map needs a filter or attribute=");
    for (const Value& item : in.iterate(value)) {
      Value found = attributeOf(in, item, *path);
      if (found.is(Kind::Undefined) && fallback != nullptr) found = *fallback;
      result.push_back(std::move(found));
    }
  } else {
    const Text& name = textArgument(in, arguments, 0, "filter");
    const Arguments others = rest(arguments, 1);
    for (const Value& item : in.iterate(value)) result.push_back(in.applyFilter(name.bytes(), item, others));
  }
  return in.list(std::move(result), false, value.content());
}

template <bool byAttribute, bool wanted>
Value select(Interpreter& in, const Value& value, const Arguments& arguments) {
  constexpr size_t kTest = byAttribute ? 1 : 0;
  if (byAttribute && arguments.positional.empty()) in.fail("selectattr and rejectattr need an attribute");
  std::vector<Value> result;
  const bool tested = arguments.positional.size() > kTest;
  const std::string test = tested ? textArgument(in, arguments, kTest, "test").bytes() : std::string();
  const Arguments others = rest(arguments, kTest + 1);
  for (const Value& item : in.iterate(value)) {
    const Value subject = byAttribute ? attributeOf(in, item, arguments.positional[0]) : item;
    if ((tested ? in.applyTest(test, subject, others) : isTrue(subject)) == wanted) result.push_back(item);
  }
  return in.list(std::move(result), false, value.content());
}

Value batch(Interpreter& in, const Value& value, const Arguments& arguments) {
  const int64_t size = wholeArgument(in, arguments, 0, "linecount", 0);
  const Value* fill = arguments.get(1, "fill_with");
  if (size < 1 || size > static_cast<int64_t>(in.budget()->limits().rangeItems)) {
    in.fail("batch needs a size of 1 to " + std::to_string(in.budget()->limits().rangeItems));
  }
  std::vector<Value> batches, current;
  const auto close = [&] { batches.push_back(in.list(std::exchange(current, {}), false, value.content())); };
  for (const Value& item : in.iterate(value)) {
    current.push_back(item);
    if (static_cast<int64_t>(current.size()) == size) close();
  }
  if (!current.empty()) {
    while (fill != nullptr && static_cast<int64_t>(current.size()) < size) current.push_back(*fill);
    close();
  }
  return in.list(std::move(batches), false, value.content());
}

Value groupBy(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value* path = arguments.get(0, "attribute");
  if (path == nullptr) in.fail("groupby needs an attribute");
  std::vector<Keyed> list = keyedItems(in, value, path, true);
  sortKeyed(in, &list, false);
  std::vector<Value> groups, members;
  for (size_t i = 0; i < list.size(); ++i) {
    members.push_back(list[i].item);
    if (i + 1 < list.size() && equals(list[i].key, list[i + 1].key, in.budget())) continue;
    groups.push_back(in.list({list[i].key, in.list(std::exchange(members, {}), false, value.content())}, true));
  }
  return in.list(std::move(groups));
}

constexpr FilterEntry kFilters[] = {
    {"attr", attribute},
    {"batch", batch},
    {"count", length},
    {"dictsort", dictSort},
    {"first", first},
    {"groupby", groupBy},
    {"items", items},
    {"join", join},
    {"last", last},
    {"length", length},
    {"list", toList},
    {"map", map},
    {"max", extreme<true>},
    {"min", extreme<false>},
    {"reject", select<false, false>},
    {"rejectattr", select<true, false>},
    {"reverse", reverse},
    {"select", select<false, true>},
    {"selectattr", select<true, true>},
    {"sort", sort},
    {"sum", sum},
    {"unique", unique},
};

}  // namespace

FilterFunction findListFilter(std::string_view name) {
  return functionNamed(kFilters, name);
}

}  // namespace engine::jinja

// SPDX-License-Identifier: BSD-3-Clause
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "dlc/to_graph/axis_orders.h"
#include "features/dlc_info/dlc_info.h"
#include "features/encodings/model_differences.h"

namespace acc::features {
namespace {

constexpr std::size_t kColumns = 120;

using Row = std::vector<std::string>;

// Characters, not bytes.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

// Columns aligned; a cell that is wider than its column's bound moves the rest of its row to the
// next line. The last column is wrapped.
class Table {
 public:
  Table(Row titles, std::vector<std::size_t> bounds)
      : bounds_(std::move(bounds)), rows_{std::move(titles)} {}

  void Add(Row row) { rows_.push_back(std::move(row)); }

  std::string Text() const {
    std::string text;
    const std::vector<std::size_t> widths = Widths();
    for (const Row& row : rows_) text += Line(row, widths);
    return text;
  }

 private:
  std::vector<std::size_t> Widths() const {
    std::vector<std::size_t> widths(bounds_.size(), 0);
    for (const Row& row : rows_) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        widths[i] = std::max(widths[i], std::min(Width(row[i]), bounds_[i]));
      }
    }
    return widths;
  }

  static std::string Line(const Row& row, const std::vector<std::size_t>& widths) {
    std::string line;
    std::size_t column = 0;  // Where the cell begins.
    std::size_t at = 0;      // Where the line has come to.
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (at > column) {
        line.resize(line.find_last_not_of(' ') + 1);
        line += '\n';
        at = 0;
      }
      if (!row[i].empty()) {
        line += std::string(column - at, ' ');
        at = column;
        line += i + 1 == row.size() ? Wrapped(row[i], column) : row[i];
        at += Width(row[i]) + 2;
        line += "  ";
      }
      if (i < widths.size()) column += widths[i] + 2;
    }
    while (line.ends_with(' ')) line.pop_back();
    return line + '\n';
  }

  static std::string Wrapped(const std::string& text, std::size_t column) {
    std::string wrapped;
    std::size_t at = column;
    for (const std::string& word : SplitWhitespace(text)) {
      if (at > column && at + 1 + Width(word) > kColumns) {
        wrapped += '\n' + std::string(column, ' ');
        at = column;
      } else if (at > column) {
        wrapped += ' ';
        ++at;
      }
      wrapped += word;
      at += Width(word);
    }
    return wrapped;
  }

  std::vector<std::size_t> bounds_;  // Of all columns but the last.
  std::vector<Row> rows_;
};

// 1234567 as "1,234,567".
std::string Grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string EncodingText(const dlc::Tensor& tensor) {
  if (!tensor.encoding || tensor.encoding->channels.empty()) return "";
  const TensorEncoding& encoding = *tensor.encoding;
  const Encoding& first = encoding.channels.front();
  if (!encoding.axis) {
    return fmt::format("{} bit, {:.6g} to {:.6g}, scale {:.6g}, offset {}", first.bitwidth,
                       first.min, first.max, first.scale, first.offset);
  }
  const auto [least, most] =
      std::ranges::minmax(encoding.channels, {}, [](const Encoding& entry) { return entry.scale; });
  return fmt::format("{} bit, axis {}, {} channels, scales {:.6g} to {:.6g}", first.bitwidth,
                     *encoding.axis, encoding.channels.size(), least.scale, most.scale);
}

Row TensorRow(const std::string& name, const TensorsByName& tensors) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) return {Printable(name), "?", "?"};
  return {Printable(name), ToText(found->second->dims), dlc::Name(found->second->type)};
}

std::string AttributesText(const dlc::Node& node) {
  std::vector<std::string> texts;
  for (const dlc::Attribute& attribute : node.attributes) {
    texts.push_back(Printable(attribute.name) + "=" + AttributeText(attribute));
  }
  return Join(texts, "; ");
}

std::string LayersText(const dlc::Graph& graph, const TensorsByName& tensors) {
  Table table({"Id", "Layer, its tensors", "Type", "Dims", "Data type", "Parameters", "MACs"},
              {6, 46, 18, 16, 9, 12});
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const dlc::Node& node = graph.nodes[i];
    const std::uint64_t parameters = ParameterCount(node, tensors);
    const auto macs = MultiplyAccumulates(node, tensors);
    table.Add({std::to_string(i), Printable(node.name), Printable(node.type), "", "",
               parameters > 0 ? Grouped(parameters) : "", macs ? Grouped(*macs) : ""});
    for (const auto& [names, role] :
         {std::pair{&node.inputs, "in"}, std::pair{&node.outputs, "out"}}) {
      for (const std::string& name : *names) {
        const Row cells = TensorRow(name, tensors);
        table.Add({"", fmt::format("  {:<3} {}", role, cells[0]), "", cells[1], cells[2], "", ""});
      }
    }
  }
  return table.Text();
}

std::string AttributesOfLayers(const dlc::Graph& graph) {
  Table table({"Id", "Layer", "Attributes"}, {6, 40});
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].attributes.empty()) continue;
    table.Add({std::to_string(i), Printable(graph.nodes[i].name), AttributesText(graph.nodes[i])});
  }
  return table.Text();
}

std::string TensorsText(const dlc::Graph& graph, bool ends_only) {
  const auto orders = dlc::AxisOrders(graph);
  Table table({"Tensor", "Kind", "Dims", "Layout", "Data type", "Bytes", "Encoding"},
              {40, 6, 16, 6, 9, 13});
  for (const dlc::Tensor& tensor : graph.tensors) {
    const bool is_end =
        tensor.kind == dlc::TensorKind::kInput || tensor.kind == dlc::TensorKind::kOutput;
    if (is_end != ends_only) continue;
    const auto order = orders.find(tensor.name);
    const bool channel_last = order != orders.end() && order->second == AxisOrder::kChannelLast;
    const std::uint64_t bytes = tensor.data.empty()
                                    ? ByteSize(dlc::StoredType(tensor.type), Elements(tensor))
                                    : tensor.data.size();
    table.Add({Printable(tensor.name), std::string(KindName(tensor.kind)), ToText(tensor.dims),
               channel_last ? std::string(LayoutName(order->second, tensor.dims.size())) : "",
               dlc::Name(tensor.type), Grouped(bytes), EncodingText(tensor)});
  }
  return table.Text();
}

std::string GraphText(const dlc::Graph& graph) {
  const Totals totals = TotalsOf(graph);
  const TensorsByName tensors = ByName(graph);
  std::string text = fmt::format("\nGraph {}: {} layers, {} tensors\n", Printable(graph.name),
                                 graph.nodes.size(), graph.tensors.size());
  fmt::format_to(std::back_inserter(text), "Parameters: {} in {} bytes\n",
                 Grouped(totals.parameters), Grouped(totals.bytes));
  fmt::format_to(std::back_inserter(text), "MACs: {} in {} layers\n", Grouped(totals.macs),
                 totals.nodes_with_macs);
  text += "\nInputs and outputs\n" + TensorsText(graph, true);
  text += "\nLayers, in the order of execution\n" + LayersText(graph, tensors);
  text += "\nAttributes\n" + AttributesOfLayers(graph);
  text += "\nOther tensors\n" + TensorsText(graph, false);
  return text;
}

std::string RecordsText(const dlc::Model& model) {
  Table table({"Record", "Bytes"}, {60});
  for (const dlc::Record& record : model.records) {
    table.Add({Printable(record.name), Grouped(record.bytes)});
  }
  return table.Text();
}

}  // namespace

std::string DlcInfoText(const ModelFile& file) {
  const dlc::Model& model = file.model;
  std::string text = fmt::format("{}: format {}.{}, {} bytes\n", Printable(file.path), model.major,
                                 model.minor, Grouped(file.bytes));
  Table converter(
      {"Converter",
       model.converter_version.empty() ? "unknown" : Printable(model.converter_version)},
      {9});
  if (!model.converter_command.empty())
    converter.Add({"Command", Printable(model.converter_command)});
  text += converter.Text();
  for (const std::string& note : model.notes) text += "Note: " + Printable(note) + '\n';
  if (!model.records.empty()) text += "\n" + RecordsText(model);
  for (const dlc::Graph& graph : model.graphs) text += GraphText(graph);
  text.pop_back();
  return text;
}

}  // namespace acc::features

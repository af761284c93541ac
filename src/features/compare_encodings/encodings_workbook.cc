// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/encodings_workbook.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace acc::features {
namespace {

using quantize::EncodingField;
using report::Fill;
using report::XlsxCell;
using report::XlsxColumn;
using Cells = std::vector<XlsxCell>;

struct FieldInfo {
  EncodingField field;
  bool is_number;  // Has a column for the difference.
};
constexpr std::array kFields = {
    FieldInfo{EncodingField::kDataType, false},  FieldInfo{EncodingField::kBitwidth, false},
    FieldInfo{EncodingField::kMin, true},        FieldInfo{EncodingField::kMax, true},
    FieldInfo{EncodingField::kScale, true},      FieldInfo{EncodingField::kOffset, true},
    FieldInfo{EncodingField::kSymmetric, false}, FieldInfo{EncodingField::kChannels, false},
    FieldInfo{EncodingField::kAxis, false}};

// As the files have them, beside those above, which follow from scale and offset.
constexpr std::array kStatedFields = {EncodingField::kStatedMin, EncodingField::kStatedMax};

std::vector<XlsxColumn> EncodingColumns(const SideNames& sides) {
  std::vector<XlsxColumn> columns = {{"Tensor in " + sides.first, 40},
                                     {"Tensor in " + sides.second, 40},
                                     {"Matched by", 14},
                                     {"Status", 20},
                                     {"Differs in", 26},
                                     {"Channel", 9},
                                     {"SQNR dB", 10},
                                     {"Tensor's SQNR dB", 16}};
  for (const FieldInfo& info : kFields) {
    const std::string_view name = Name(info.field);
    columns.push_back({fmt::format("{} in {}", name, sides.first), 16});
    columns.push_back({fmt::format("{} in {}", name, sides.second), 16});
    if (info.is_number) columns.push_back({fmt::format("{} difference", name), 16});
  }
  for (const EncodingField field : kStatedFields) {
    columns.push_back({fmt::format("{} in {}", Name(field), sides.first), 16});
    columns.push_back({fmt::format("{} in {}", Name(field), sides.second), 16});
  }
  return columns;
}

XlsxCell CostCell(double decibels) {
  if (std::isinf(decibels) && decibels > 0) return {"exact"};
  return {decibels};
}

XlsxCell FieldCell(const FieldValue& value) {
  if (value.number) return {*value.number};
  if (!value.text.empty()) return {value.text};
  return {};
}

void AddFields(const ComparedEncoding& row, const quantize::ChannelDifference& channel,
               Cells& cells) {
  quantize::EncodingFields differing = channel.differing;
  for (const auto whole :
       {EncodingField::kDataType, EncodingField::kChannels, EncodingField::kAxis}) {
    if (row.difference.differing.Has(whole)) differing.Add(whole);
  }
  const bool is_single = row.difference.channels.size() == 1;
  if (is_single && row.difference.differing.Has(EncodingField::kBitwidth)) {
    differing.Add(EncodingField::kBitwidth);
  }
  for (const FieldInfo& info : kFields) {
    const FieldValue first = ValueOf(info.field, row.first, channel.first);
    const FieldValue second = ValueOf(info.field, row.second, channel.second);
    const Fill fill = differing.Has(info.field) ? Fill::kDiffers : Fill::kNone;
    for (XlsxCell cell : {FieldCell(first), FieldCell(second)}) {
      cell.fill = fill;
      cells.push_back(cell);
    }
    if (info.is_number) {
      const bool both = first.number && second.number;
      cells.push_back(both ? XlsxCell{*first.number - *second.number, fill} : XlsxCell{{}, fill});
    }
  }
}

void AddStated(const ComparedEncoding& row, std::size_t index, Cells& cells) {
  for (const EncodingField field : kStatedFields) {
    const bool differs = row.difference.channels[index].differing.Has(field);
    for (const auto* stated : {row.first_stated, row.second_stated}) {
      XlsxCell cell;
      if (const auto value = StatedValue(field, stated, index)) cell = {*value};
      cell.fill = differs ? Fill::kDiffers : Fill::kNone;
      cells.push_back(cell);
    }
  }
}

// `whole_cost` is that of the tensor, which takes long to add up for many channels.
Cells EncodingCells(const ComparedEncoding& row, std::size_t index, double whole_cost,
                    const SideNames& sides) {
  const quantize::ChannelDifference& channel = row.difference.channels[index];
  const bool is_pair = row.first != nullptr && row.second != nullptr;
  const bool per_channel = row.difference.channels.size() > 1 ||
                           (row.first != nullptr && row.first->per_channel()) ||
                           (row.second != nullptr && row.second->per_channel());
  Cells cells = {{std::string(row.first_name)},
                 {std::string(row.second_name)},
                 {is_pair ? std::string(Name(row.rule)) : ""},
                 {StatusText(row.status, sides)},
                 {FieldsText(row.difference.differing)}};
  cells.push_back(per_channel ? XlsxCell{static_cast<double>(index)} : XlsxCell{});
  if (row.cost) {
    cells.push_back(CostCell(row.cost->channels() > 1 ? row.cost->Decibels(index) : whole_cost));
    cells.push_back(CostCell(whole_cost));
  } else {
    cells.resize(cells.size() + 2);
  }
  if (row.status == EncodingStatus::kDiffers) cells[3].fill = Fill::kDiffers;
  AddFields(row, channel, cells);
  AddStated(row, index, cells);
  if (!is_pair) {
    for (XlsxCell& cell : cells) cell.fill = Fill::kMissing;
  }
  return cells;
}

Status AddEncodings(report::XlsxFile& file, std::size_t sheet, const WorkbookContent& content,
                    Section section) {
  for (const ComparedEncoding& row : content.encodings) {
    if (row.section != section) continue;
    const double cost = row.cost ? row.cost->Decibels() : 0;
    for (std::size_t channel = 0; channel < row.difference.channels.size(); ++channel) {
      ACC_RETURN_IF_ERROR(file.AddRow(sheet, EncodingCells(row, channel, cost, content.sides)));
    }
  }
  return OkStatus();
}

Status AddSummary(report::XlsxFile& file, const WorkbookContent& content) {
  const std::vector<XlsxColumn> columns = {{"Item", 36}, {"Activations", 40}, {"Params", 40}};
  const std::size_t sheet = file.AddSheet("Summary", columns);
  for (const SummaryRow& row : content.summary) {
    ACC_RETURN_IF_ERROR(file.AddRow(sheet, Cells{{row.item}, row.activations, row.params}));
  }
  return OkStatus();
}

Status AddCosts(report::XlsxFile& file, const WorkbookContent& content) {
  const std::vector<XlsxColumn> columns = {{"Tensor in " + content.sides.first, 40},
                                           {"Tensor in " + content.sides.second, 40},
                                           {"Section", 14},
                                           {"Tensor's SQNR dB", 16},
                                           {"Differs in", 40}};
  const std::size_t sheet = file.AddSheet("Costs", columns);
  for (const ComparedEncoding* row : ByCost(content.encodings)) {
    ACC_RETURN_IF_ERROR(
        file.AddRow(sheet, Cells{{std::string(row->first_name)},
                                 {std::string(row->second_name)},
                                 {row->section == Section::kParam ? "param" : "activation"},
                                 CostCell(row->cost->Decibels()),
                                 {FieldsText(row->difference.differing)}}));
  }
  return OkStatus();
}

Status AddStructure(report::XlsxFile& file, const WorkbookContent& content) {
  const std::vector<XlsxColumn> columns = {{"Name", 40},
                                           {"Kind", 10},
                                           {"Difference", 26},
                                           {"In " + content.sides.first, 40},
                                           {"In " + content.sides.second, 40}};
  const std::size_t sheet = file.AddSheet("Structure", columns);
  for (const ModelDifference& row : content.differences) {
    const Fill fill = row.first.empty() || row.second.empty() ? Fill::kMissing : Fill::kDiffers;
    ACC_RETURN_IF_ERROR(file.AddRow(
        sheet,
        Cells{{row.name}, {row.kind}, {row.difference}, {row.first, fill}, {row.second, fill}}));
  }
  return OkStatus();
}

}  // namespace

std::vector<const ComparedEncoding*> ByCost(std::span<const ComparedEncoding> encodings) {
  std::vector<std::pair<double, const ComparedEncoding*>> costs;
  for (const ComparedEncoding& row : encodings) {
    if (row.cost) costs.emplace_back(row.cost->Decibels(), &row);
  }
  std::ranges::stable_sort(costs, {}, [](const auto& cost) { return cost.first; });
  std::vector<const ComparedEncoding*> rows;
  for (const auto& cost : costs) rows.push_back(cost.second);
  return rows;
}

Status WriteWorkbook(const std::filesystem::path& path, const WorkbookContent& content) {
  ACC_ASSIGN_OR_RETURN(report::XlsxFile file, report::XlsxFile::Create(path));
  ACC_RETURN_IF_ERROR(AddSummary(file, content));
  ACC_RETURN_IF_ERROR(AddCosts(file, content));
  const std::vector<XlsxColumn> columns = EncodingColumns(content.sides);
  if (content.activations) {
    const std::size_t sheet = file.AddSheet("Activations", columns);
    ACC_RETURN_IF_ERROR(AddEncodings(file, sheet, content, Section::kActivation));
  }
  if (content.params) {
    const std::size_t sheet = file.AddSheet("Params", columns);
    ACC_RETURN_IF_ERROR(AddEncodings(file, sheet, content, Section::kParam));
  }
  if (content.structure) ACC_RETURN_IF_ERROR(AddStructure(file, content));
  return file.Close();
}

}  // namespace acc::features

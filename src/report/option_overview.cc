// SPDX-License-Identifier: BSD-3-Clause
#include "report/option_overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/assets.h"
#include "report/html.h"

namespace acc::report {
namespace {

std::string Decibels(double db) {
  if (std::isnan(db)) return "-";
  return std::isinf(db) ? (db > 0 ? "exact" : "lost") : fmt::format("{:.1f} dB", db);
}

// The width of a bar: 0 dB is nothing, 60 dB and more all of it.
double LevelOf(double db) {
  constexpr double kFull = 60;
  return std::isnan(db) ? 0 : std::clamp(db / kFull, 0.0, 1.0) * 100;
}

std::string FailureText(const OptionRow& row, std::size_t kind) {
  if (row.checks[kind] == 0) return "-";
  return fmt::format("{} of {}", row.failures[kind], row.checks[kind]);
}

std::string WithoutCauses(const OptionRow& best) {
  if (std::isnan(best.measured_db)) {
    return "The outputs are zero for all inputs: that they agree proves nothing.";
  }
  if (std::isinf(best.measured_db)) return "The outputs are exact: there is nothing to mend.";
  return "No single tensor stands out: many make a little of the error each.";
}

class Page {
 public:
  explicit Page(const OptionOverview& overview) : overview_(overview) {}

  std::string Render() {
    Head();
    Best();
    Ranking();
    Causes();
    Notes();
    Footer();
    return std::move(html_);
  }

 private:
  void Head() {
    Append(html_,
           "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
           "<title>Quantization options</title><link rel=\"stylesheet\" href=\"{0}/report.css\">"
           "<link rel=\"stylesheet\" href=\"{0}/checks.css\"><script src=\"{0}/report.js\">"
           "</script></head><body class=\"detail\"><header><h1>Quantization options</h1>"
           "<p class=\"meta\"><span>model <b class=\"name\">{1}</b></span><span>{2} options</span>"
           "<span>{3}</span></p></header><main>",
           kAssetFolder, overview_.model, overview_.rows.size(),
           Counted(overview_.inputs, "input"));
  }

  void Best() {
    if (overview_.rows.empty()) return;
    const OptionRow& best = overview_.rows.front();
    Append(html_,
           "<div class=\"findings\"><article id=\"best\" class=\"finding good\"><h2>Best option"
           "</h2><p class=\"culprit\">{}</p><p>{} at the output, measured; {} expected.</p>"
           "<p class=\"muted\">Use it: <a href=\"{}\">{}</a></p><pre class=\"command\"><code>{}"
           "</code></pre></article>",
           best.name, Decibels(best.measured_db), Decibels(best.expected_db),
           EncodePath(overview_.overrides_file), overview_.overrides_file,
           overview_.overrides_flags);
    if (overview_.remedies_db) {
      const bool helps = *overview_.remedies_db > best.measured_db;
      Append(html_,
             "<article id=\"remedied\" class=\"finding {}\"><h2>With the remedies below</h2>"
             "<p class=\"fromto\"><span>{}</span> → <b>{}</b></p><p>{}</p><p class=\"muted\">Use "
             "them: <a href=\"{}\">{}</a></p><pre class=\"command\"><code>{}</code></pre>"
             "</article>",
             helps ? "good" : "", Decibels(best.measured_db), Decibels(*overview_.remedies_db),
             helps ? "Measured by quantizing the model with them."
                   : "Measured: together they do not help this model's output.",
             EncodePath(overview_.remedies_file), overview_.remedies_file,
             overview_.remedies_flags);
    }
    html_ += "</div>";
  }

  void Ranking() {
    html_ +=
        "<section id=\"ranking\"><h2>Ranked by the measured error of the output</h2><table "
        "class=\"ranking\"><thead><tr><th>Option</th><th class=\"n\">Measured SQNR</th><th "
        "class=\"n\">Worst input</th><th class=\"n\">Expected SQNR</th><th class=\"n\">Activation "
        "failures</th><th class=\"n\">Weight failures</th><th class=\"n\">Bias failures</th>"
        "<th>Noisiest tensors</th></tr></thead><tbody>";
    for (const OptionRow& row : overview_.rows) {
      std::vector<std::string> causes;
      for (const std::string& cause : row.noisiest) causes.push_back(ShortName(cause, 40));
      Append(html_,
             "<tr{}><td><a class=\"name\" href=\"html/{}.html\">{}</a></td><td class=\"n\">{}<span "
             "class=\"level\"><i style=\"width:{:.0f}%\"></i></span></td><td class=\"n\" "
             "title=\"{}\">{}</td><td class=\"n\">{}</td>",
             &row == overview_.rows.data() ? " class=\"best\"" : "", EncodePath(row.name), row.name,
             Decibels(row.measured_db), LevelOf(row.measured_db), row.worst_line,
             Decibels(row.worst_line_db), Decibels(row.expected_db));
      for (std::size_t kind = 0; kind < std::size(row.failures); ++kind) {
        Append(html_, "<td class=\"n\">{}</td>", FailureText(row, kind));
      }
      Append(html_, "<td class=\"name muted\">{}</td></tr>", Join(causes, ", "));
    }
    html_ += "</tbody></table></section>";
  }

  void Causes() {
    if (overview_.rows.empty()) return;
    Append(html_,
           "<section id=\"causes\"><h2>What costs most in {}, and the cheapest remedy</h2>"
           "<ol class=\"causes\">",
           overview_.rows.front().name);
    if (overview_.causes.empty()) {
      Append(html_, "<li>{}</li>", WithoutCauses(overview_.rows.front()));
    }
    for (const CauseText& cause : overview_.causes) {
      Append(html_,
             "<li><span class=\"share\">{:.0f} %</span> <b class=\"name\">{}</b> <span "
             "class=\"muted\">{}</span><br>Quantized alone: {} at the output. Its own SQNR: {}; "
             "{}<br>",
             cause.share * 100, cause.tensor, cause.role, Decibels(cause.output_db),
             Decibels(cause.sqnr_db), cause.why);
      if (cause.remedy) {
        Append(html_, "Remedy: {} <span class=\"fromto\">{} → <b>{}</b></span> <code>{}</code>",
               cause.remedy->what, Decibels(cause.remedy->before_db),
               Decibels(cause.remedy->after_db), cause.remedy->flag);
      } else {
        html_ += "<span class=\"muted\">No remedy: none makes the output 3 dB better.</span>";
      }
      html_ += "</li>";
    }
    html_ += "</ol></section>";
  }

  void Notes() {
    for (const std::string& note : overview_.notes) {
      Append(html_, "<p class=\"warning\">{}</p>", note);
    }
  }

  void Footer() {
    html_ +=
        "<footer><p>Measured: the quantized graph runs on the host and its outputs are compared "
        "with the float graph's; the worst output counts, over all inputs. Expected: the rounding "
        "noise of each weight, bias and activation against its signal, added up as if it passed "
        "through the layers behind as the signal does: mostly more than arrives. What costs most "
        "was found by quantizing parts of the model alone, ever smaller ones, on all of these "
        "inputs; "
        "a share is a tensor's noise at the output against that of all together.</p>"
        "<p>The same for programs: <a href=\"overview.json\">overview.json</a></p>";
    Append(html_, "<p><code class=\"command\">{}</code></p></footer></main></body></html>\n",
           overview_.command);
  }

  const OptionOverview& overview_;
  std::string html_;
};

// JSON knows neither NaN nor infinity.
Json Number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? Json() : Json(value > 0 ? "inf" : "-inf");
}

Json CauseJson(const CauseText& cause) {
  Json json = {{"tensor", cause.tensor},
               {"role", cause.role},
               {"share", cause.share},
               {"output_db", Number(cause.output_db)},
               {"sqnr_db", Number(cause.sqnr_db)},
               {"why", cause.why},
               {"remedy", nullptr}};
  if (cause.remedy) {
    json["remedy"] = {{"what", cause.remedy->what},
                      {"flag", cause.remedy->flag},
                      {"before_db", Number(cause.remedy->before_db)},
                      {"after_db", Number(cause.remedy->after_db)}};
  }
  return json;
}

}  // namespace

std::string OverviewHtml(const OptionOverview& overview) { return Page(overview).Render(); }

Json OverviewJson(const OptionOverview& overview) {
  Json options = Json::array();
  for (const OptionRow& row : overview.rows) {
    options.push_back({{"name", row.name},
                       {"measured_db", Number(row.measured_db)},
                       {"expected_db", Number(row.expected_db)},
                       {"worst_output", row.worst_output},
                       {"worst_input_db", Number(row.worst_line_db)},
                       {"worst_input", row.worst_line},
                       {"activation_failures", row.failures[0]},
                       {"weight_failures", row.failures[1]},
                       {"bias_failures", row.failures[2]},
                       {"noisiest", row.noisiest}});
  }
  Json causes = Json::array();
  for (const CauseText& cause : overview.causes) causes.push_back(CauseJson(cause));
  return {{"model", overview.model},
          {"inputs", overview.inputs},
          {"measured_inputs", overview.measured_inputs},
          {"options", options},
          {"causes", causes},
          {"overrides", overview.overrides_file},
          {"remedies", overview.remedies_file},
          {"remedies_db", overview.remedies_db ? Number(*overview.remedies_db) : Json()},
          {"notes", overview.notes}};
}

std::vector<std::string> OverviewLines(const OptionOverview& overview) {
  std::size_t width = 6;
  for (const OptionRow& row : overview.rows) width = std::max(width, row.name.size());
  std::vector<std::string> lines = {
      fmt::format("    {:<{}}  {:>12}  {:>12}  failures of activations, weights, biases", "option",
                  width, "measured", "expected")};
  for (const OptionRow& row : overview.rows) {
    lines.push_back(fmt::format("    {:<{}}  {:>12}  {:>12}  {}, {}, {}", row.name, width,
                                Decibels(row.measured_db), Decibels(row.expected_db),
                                FailureText(row, 0), FailureText(row, 1), FailureText(row, 2)));
  }
  for (const CauseText& cause : overview.causes) {
    const std::string name = Printable(ShortName(cause.tensor, 60));
    lines.push_back(fmt::format("{:.0f} % of the error: '{}' ({}), alone {} at the output",
                                cause.share * 100, name, Printable(cause.role),
                                Decibels(cause.output_db)));
    if (cause.remedy) {
      lines.push_back(
          fmt::format("    remedy: {}: {}", cause.remedy->what, Decibels(cause.remedy->after_db)));
    } else {
      lines.emplace_back("    no remedy: none makes the output 3 dB better");
    }
  }
  if (overview.causes.empty() && !overview.rows.empty()) {
    lines.push_back(WithoutCauses(overview.rows.front()));
  }
  if (overview.remedies_db) {
    const double without = overview.rows.front().measured_db;
    lines.push_back(fmt::format(
        "with these remedies: {} measured, instead of {}{}", Decibels(*overview.remedies_db),
        Decibels(without), *overview.remedies_db > without ? "" : ": together they do not help"));
  }
  return lines;
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
// The configuration as the program knows it, written in Click.
#include <algorithm>

#include "control.hh"

namespace pmill::runtime {
namespace {

std::string port_number(std::uint32_t port) { return "[" + std::to_string(port) + "]"; }

/// Writes connections as chains: each goes on with what leaves output 0 of its last element.
class Chains {
 public:
  explicit Chains(const ProgramInfo &program)
      : program_(program), written_(program.links.size(), false) {}

  std::string text() {
    std::string out;
    for (std::size_t i = 0; i < program_.links.size(); ++i)
      if (!written_[i]) out += chain(i);
    return out;
  }

 private:
  std::string chain(std::size_t link) {
    const Link &first = program_.links[link];
    std::string out = name(first.from);
    if (first.output != 0) out += " " + port_number(first.output);
    while (true) {
      const Link &l = program_.links[link];
      written_[link] = true;
      out += " -> ";
      if (l.input != 0) out += port_number(l.input) + " ";
      out += name(l.to);
      link = next(l.to);
      if (link == program_.links.size()) return out + ";\n";
      out += "\n   ";
    }
  }
  std::size_t next(std::uint32_t from) const {
    std::size_t i = 0;
    while (i < program_.links.size() &&
           (written_[i] || program_.links[i].from != from || program_.links[i].output != 0))
      ++i;
    return i;
  }
  std::string name(std::uint32_t instance) const {
    return std::string(program_.instances[instance].name);
  }

  const ProgramInfo &program_;
  std::vector<bool> written_;
};

/// The lines of one side of an element: a letter a port, and what is behind it.
std::string side(const ProgramInfo &program, std::uint32_t instance, bool inputs) {
  const InstanceInfo &info = program.instances[instance];
  const std::string_view letters = inputs ? info.inputs : info.outputs;
  std::string out = std::to_string(letters.size()) + (inputs ? " input" : " output");
  out += letters.size() == 1 ? "\n" : "s\n";
  for (std::uint32_t port = 0; port < letters.size(); ++port) {
    const char letter = letters[port];
    out += letter == 'h' || letter == 'H' ? "push" : "pull";
    if (letter == 'H' || letter == 'L') out += '~';
    out += "\t-\t";
    bool first = true;
    for (const Link &l : program.links) {
      if (inputs ? l.to != instance || l.input != port : l.from != instance || l.output != port)
        continue;
      if (!first) out += ", ";
      first = false;
      if (inputs)
        out += std::string(program.instances[l.from].name) + " " + port_number(l.output);
      else
        out += port_number(l.input) + " " + std::string(program.instances[l.to].name);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string flat_configuration(const ProgramInfo &program) {
  std::string out;
  if (!program.requirements.empty()) {
    std::string list(program.requirements);
    while (list.ends_with('\n')) list.pop_back();
    for (std::size_t at = 0; (at = list.find('\n', at)) != std::string::npos; at += 2)
      list.replace(at, 1, ", ");
    out += "require(" + list + ");\n\n";
  }
  for (const InstanceInfo &i : program.instances) {
    out += std::string(i.name) + " :: " + std::string(i.element_class);
    if (!i.config.empty()) out += "(" + std::string(i.config) + ")";
    out += ";\n";
  }
  if (!program.links.empty()) out += "\n" + Chains(program).text();
  return out;
}

std::string ports_of(const ProgramInfo &program, int instance) {
  const auto i = static_cast<std::uint32_t>(instance);
  return side(program, i, true) + side(program, i, false);
}

}  // namespace pmill::runtime

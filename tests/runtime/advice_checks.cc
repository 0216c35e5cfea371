// Says what a program that does not start would say of the NICs in a folder like the kernel's.
#include "advice.cc"

namespace pmill::runtime {
std::string joined(const std::vector<std::string> &items) {
  std::string text;
  for (const auto &item : items) text.append(text.empty() ? "" : ", ").append(item);
  return text;
}
}  // namespace pmill::runtime

int main(int, char **argv) {
  std::printf("%s\n", pmill::runtime::about_nics(argv[1]).c_str());
  return 0;
}

#include "clients/cli/completion.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/cli/option_value.h"
#include "clients/cli/settings.h"

namespace ebb {
namespace {

constexpr char kBash[] = R"(# ebb completion for bash: source <(ebb completion bash)
_ebb() {
  local IFS=$'\n' found
  found=($(ebb complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  case "${found[0]}" in
    :file) COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")) ;;
    :directory) COMPREPLY=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")) ;;
    *) COMPREPLY=("${found[@]}") ;;
  esac
}
complete -o filenames -F _ebb ebb
)";

constexpr char kZsh[] = R"(#compdef ebb
# ebb completion for zsh: ebb completion zsh > a folder of $fpath, as _ebb
_ebb() {
  local -a found
  found=("${(@f)$(ebb complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "${found[1]}" in
    :file) _files ;;
    :directory) _files -/ ;;
    *) compadd -- "${found[@]}" ;;
  esac
}
compdef _ebb ebb
)";

constexpr char kFish[] = R"(# ebb completion for fish: ebb completion fish > ~/.config/fish/completions/ebb.fish
function __ebb_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (ebb complete -- $words[2..-1] 2>/dev/null)
  switch "$found[1]"
    case :file
      __fish_complete_path (commandline -ct)
    case :directory
      __fish_complete_directories (commandline -ct)
    case '*'
      printf '%s\n' $found
  end
end
complete -c ebb -f -a '(__ebb_complete)'
)";

bool NamesOption(const Option& option, const std::string& word) {
  const std::vector<std::string> names = absl::StrSplit(option.name, ',');
  return std::find(names.begin(), names.end(), word) != names.end();
}

// The line up to the word being typed, understood.
struct Position {
  const Command* command = nullptr;
  // Levels named so far: `import`.
  std::string path;
  // The option whose value is being typed.
  const Option* value_of = nullptr;
  size_t arguments = 0;
};

Position Locate(const std::vector<Command>& commands, const std::vector<Option>& globals,
                const std::vector<std::string>& words) {
  Position position;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (position.value_of != nullptr) {
      position.value_of = nullptr;
      continue;
    }
    if (word.starts_with('-')) {
      for (const std::vector<Option>* options :
           {&globals, position.command != nullptr ? &position.command->options : &globals}) {
        for (const Option& option : *options) {
          if (NamesOption(option, word) && !std::holds_alternative<bool*>(option.target)) position.value_of = &option;
        }
      }
      continue;
    }
    if (position.command != nullptr) {
      ++position.arguments;
      continue;
    }
    absl::StrAppend(&position.path, position.path.empty() ? "" : " ", word);
    for (const Command& command : commands) {
      if (command.name == position.path) position.command = &command;
    }
  }
  return position;
}

std::vector<std::string> ValuesOf(const Option& option, const LiveValues& live) {
  if (!option.choices.empty()) return option.choices;
  if (option.completes == "file" || option.completes == "directory") return {":" + option.completes};
  return option.completes.empty() ? std::vector<std::string>() : live(option.completes);
}

std::vector<std::string> NextWords(const std::vector<Command>& commands, const std::string& path) {
  std::set<std::string> words;
  const std::string prefix = path.empty() ? "" : path + " ";
  for (const Command& command : commands) {
    if (command.hidden || !command.name.starts_with(prefix)) continue;
    words.insert(command.name.substr(prefix.size(), command.name.find(' ', prefix.size()) - prefix.size()));
  }
  return {words.begin(), words.end()};
}

std::vector<std::string> Candidates(const std::vector<Command>& commands, const std::vector<Option>& globals,
                                    const Position& position, const std::string& typed, const LiveValues& live) {
  if (position.value_of != nullptr) return ValuesOf(*position.value_of, live);
  if (typed.starts_with('-')) {
    std::vector<std::string> names = {"--help"};
    for (const Option& option : globals) names.push_back(LongName(option));
    if (position.command == nullptr) return names;
    for (const Option& option : position.command->options) {
      if (!option.IsArgument()) names.push_back(LongName(option));
    }
    return names;
  }
  if (position.command == nullptr) return NextWords(commands, position.path);
  size_t argument = 0;
  for (const Option& option : position.command->options) {
    if (!option.IsArgument()) continue;
    const bool list = std::holds_alternative<std::vector<std::string>*>(option.target);
    if (list || argument++ == position.arguments) return ValuesOf(option, live);
  }
  return {};
}

}  // namespace

std::vector<std::string> Complete(const std::vector<Command>& commands, const std::vector<std::string>& words,
                                  const LiveValues& live) {
  GlobalFlags flags;
  const std::vector<Option> globals = GlobalOptions(&flags);
  const std::string typed = words.empty() ? "" : words.back();
  std::vector<std::string> found = Candidates(commands, globals, Locate(commands, globals, words), typed, live);
  if (found.size() == 1 && found.front().starts_with(':')) return found;
  found.erase(
      std::remove_if(found.begin(), found.end(), [&](const std::string& word) { return !word.starts_with(typed); }),
      found.end());
  std::sort(found.begin(), found.end());
  return found;
}

std::string CompletionScript(const std::string& shell) {
  return shell == "bash" ? kBash : shell == "zsh" ? kZsh : shell == "fish" ? kFish : "";
}

}  // namespace ebb

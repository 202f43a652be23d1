using System.CommandLine;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha completion bash|zsh</c>: the text that a shell reads so that the Tab key completes commands and options. The shell asks the
/// program itself (System.CommandLine's <c>[suggest]</c>), so what is completed is what there is.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _mysqlha() {
            local line=${COMP_LINE} word=${COMP_WORDS[COMP_CWORD]}
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${line}" 2>/dev/null)" -- "${word}"))
        }
        complete -o default -F _mysqlha mysqlha
        """;

    private const string Zsh = """
        #compdef mysqlha
        _mysqlha() {
            local -a all
            all=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            [[ -n "${all[1]}" ]] && compadd -a all || _files
        }
        compdef _mysqlha mysqlha
        """;

    public static Command Build()
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh" };
        _ = shell.AcceptOnlyFromAmong("bash", "zsh");
        var command = new Command("completion", "Text for a shell, so that Tab completes: eval \"$(mysqlha completion bash)\"") { shell };
        command.SetAction(parse => parse.InvocationConfiguration.Output.WriteLine(parse.GetRequiredValue(shell) == "bash" ? Bash : Zsh));
        return command;
    }
}

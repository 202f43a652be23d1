using Pulumi;

namespace MySqlHa.Tests.Engine;

/// <summary>A program given as code.</summary>
internal sealed class ProgramStack : Stack
{
    public ProgramStack(StackOptions options, Action<ProgramStack> program)
        : base(options) => program(this);

    [Output("answer")]
    public Output<string> Answer { get; set; } = Pulumi.Output.Create("none");
}

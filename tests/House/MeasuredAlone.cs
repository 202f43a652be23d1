using Xunit;

namespace MySqlHa.Tests.House;

/// <summary>
/// For tests that measure the memory of this process, of which all tests that run at the time have a share: these run one after another
/// when the others have ended.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "measured alone";
}

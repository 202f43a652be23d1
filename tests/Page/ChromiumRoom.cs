using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>The tests that share one browser, and so run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class ChromiumRoom : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}

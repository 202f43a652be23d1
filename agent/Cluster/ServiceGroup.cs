namespace MySqlHa.Cluster;

/// <summary>Habitat's name for the members that elect one leader among themselves: <c>service.group</c>, ours always <c>mysql.</c> something.</summary>
public readonly record struct ServiceGroup(string Group)
{
    public override string ToString() => $"mysql.{Group}";
}

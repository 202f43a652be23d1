namespace MySqlHa.Machines.Hosts;

/// <summary>What could not be done, in one sentence for the person who asked.</summary>
public sealed class MachinesException : Exception
{
    public MachinesException(string message)
        : base(message)
    {
    }

    public MachinesException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

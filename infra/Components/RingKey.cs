using MySqlHa.Infra.Plan;
using Pulumi;
using Remote = Pulumi.Command.Remote;

namespace MySqlHa.Infra.Components;

/// <summary>
/// The ring's key as the ring has it now. The stack makes the first one; people may give the ring another while it runs. So it is read
/// anew, from a member, whenever there is another machine that needs it.
/// </summary>
public sealed class RingKey : ComponentResource
{
    /// <param name="first">Secret: the key that the stack made.</param>
    /// <param name="member">Index of the machine that is asked.</param>
    public RingKey(
        string name, Output<string> first, Login login, IReadOnlyList<NodeMachine> machines, Output<int> member,
        ComponentResourceOptions? options = null)
        : base("mysqlha:infra:RingKey", name, options)
    {
        Output<string> Of(Func<NodeMachine, Output<string>> what) => member.Apply(index => what(machines[index]));
        object[] all = [.. machines.Select(machine => machine.InstanceId)];
        var read = new Remote.Command(
            $"{name}-now",
            new Remote.CommandArgs
            {
                Connection = login.To(Of(machine => machine.PublicIp), Of(machine => machine.HostKey)),
                Create = Steps.CurrentRingKey(),
                Stdin = first,
                Triggers = all,
                Logging = Remote.Logging.None,
                AddPreviousOutputInEnv = false,
            },
            new CustomResourceOptions
            {
                Parent = this,
                AdditionalSecretOutputs = { "stdout" },
                // Whom it was read from, and by which words, is of no matter: only another machine has it read again.
                IgnoreChanges = { "connection", "create", "stdin", "logging", "addPreviousOutputInEnv" },
            });
        Now = Output.CreateSecret(read.Stdout);
        RegisterOutputs();
    }

    /// <summary>Secret. While the key is being replaced, all that the member accepts.</summary>
    public Output<string> Now { get; }
}

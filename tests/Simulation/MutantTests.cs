using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// Rules switched off, one at a time, under random faults (those that need a certain course of events are in <c>Scenarios/RuleTable</c>):
/// the checker that guards it must notice within a number of seeds. A mutant that survives means a checker that cannot fail, or a rule
/// that nothing needs.
/// </summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Mutation> Mutants = new()
    {
        ["promises from one acker less than needed"] = new() { Controller = new ControllerFaults { OnePromiseLess = true } },
        ["opened and promoted before the relay log is applied"] = new()
        {
            Controller = new ControllerFaults { OpenBeforeApplied = true },
            Duty = new DutyFaults { PromoteBeforeApplied = true },
        },
        ["surplus transactions are kept"] = new() { Duty = new DutyFaults { KeepSurplus = true } },
        ["a lease is granted without a quorum round"] = new() { Core = new CoreFaults { GrantWithoutQuorum = true } },
        ["surplus is thrown away without an archive"] = new() { Duty = new DutyFaults { ArchiveNothing = true } },
        ["an epoch is opened twice"] = new() { Core = new CoreFaults { ReuseEpochNumbers = true } },
        ["a new leader that followed runs no events"] = new() { Duty = new DutyFaults { EventsOnlyAtTheDoor = true } },
        ["a new leader that followed keeps its source"] = new() { Duty = new DutyFaults { KeepsSource = true } },
        ["clients are sent to the last leader"] = new() { Core = new CoreFaults { RoutesToTheLast = true } },
        ["clients are told of the last successor"] = new() { Core = new CoreFaults { KeepsTheSuccessor = true } },
        ["followers that are attached anew get no readers"] = new() { Core = new CoreFaults { ReadersOfTheFirstEpoch = true } },
        ["a node applies a command otherwise than the rest"] = new() { Core = new CoreFaults { SkipOneCommand = true } },
    };

    public static TheoryData<string, string> Cases => new()
    {
        { "promises from one acker less than needed", "NothingLost" },
        { "opened and promoted before the relay log is applied", "NothingLost" },
        { "surplus transactions are kept", "Converges" },
        { "a lease is granted without a quorum round", "NotInMinority" },
        { "surplus is thrown away without an archive", "NothingSilent" },
        { "an epoch is opened twice", "OneLeaderPerEpoch" },
        { "a new leader that followed runs no events", "Converges" },
        { "a new leader that followed keeps its source", "Converges" },
        { "clients are sent to the last leader", "RoutesToTheOpen" },
        { "clients are told of the last successor", "RoutesToTheOpen" },
        { "followers that are attached anew get no readers", "Converges" },
        { "a node applies a command otherwise than the rest", "SameHistory" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mutant_is_caught_by_its_checker(string mutant, string checker) =>
        MutantHunt.Catch(mutant, checker, seed => Simulation.Run(seed, Mutants[mutant]), output);
}

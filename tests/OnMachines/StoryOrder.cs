using Xunit.Abstractions;
using Xunit.Sdk;

namespace MySqlHa.Tests.OnMachines;

/// <summary>Runs the tests of a class by the numbers of their steps: making three machines takes too long to do it for each.</summary>
public sealed class StoryOrder : ITestCaseOrderer
{
    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase =>
        testCases.OrderBy(test => test.TestMethod.Method.GetCustomAttributes(typeof(StepAttribute).AssemblyQualifiedName)
            .Select(a => (int)a.GetConstructorArguments().First()).DefaultIfEmpty(int.MaxValue).First());
}

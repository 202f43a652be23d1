namespace Pulumi.Aws.Ec2.Inputs;

/// <summary>What may go out.</summary>
public sealed class SecurityGroupEgressArgs : SecurityGroupRuleArgs;

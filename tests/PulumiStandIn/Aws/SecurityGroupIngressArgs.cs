namespace Pulumi.Aws.Ec2.Inputs;

/// <summary>What may come in.</summary>
public sealed class SecurityGroupIngressArgs : SecurityGroupRuleArgs;

using MySqlHa.Infra;
using Pulumi;

return await Deployment.RunAsync<ClusterStack>();

using Dhis2Grpc.Server.Hosting;

return await NodeProcess.RunAsync(args);

#include "kernels/math/special_functions.h"

#include "Eigen/Core"
#include "unsupported/Eigen/SpecialFunctions"

namespace millrace::special {

float Lgamma(float x) { return Eigen::numext::lgamma(x); }
double Lgamma(double x) { return Eigen::numext::lgamma(x); }
float Digamma(float x) { return Eigen::numext::digamma(x); }
double Digamma(double x) { return Eigen::numext::digamma(x); }
float Igamma(float a, float x) { return Eigen::numext::igamma(a, x); }
double Igamma(double a, double x) { return Eigen::numext::igamma(a, x); }
float Igammac(float a, float x) { return Eigen::numext::igammac(a, x); }
double Igammac(double a, double x) { return Eigen::numext::igammac(a, x); }
float IgammaDerA(float a, float x) { return Eigen::numext::igamma_der_a(a, x); }
double IgammaDerA(double a, double x) { return Eigen::numext::igamma_der_a(a, x); }
float Zeta(float a, float x) { return Eigen::numext::zeta(a, x); }
double Zeta(double a, double x) { return Eigen::numext::zeta(a, x); }
float Polygamma(float a, float x) { return Eigen::numext::polygamma(a, x); }
double Polygamma(double a, double x) { return Eigen::numext::polygamma(a, x); }
float Betainc(float a, float b, float x) { return Eigen::numext::betainc(a, b, x); }
double Betainc(double a, double b, double x) { return Eigen::numext::betainc(a, b, x); }
float BesselI0(float x) { return Eigen::numext::bessel_i0(x); }
double BesselI0(double x) { return Eigen::numext::bessel_i0(x); }
float BesselI0e(float x) { return Eigen::numext::bessel_i0e(x); }
double BesselI0e(double x) { return Eigen::numext::bessel_i0e(x); }
float BesselI1(float x) { return Eigen::numext::bessel_i1(x); }
double BesselI1(double x) { return Eigen::numext::bessel_i1(x); }
float BesselI1e(float x) { return Eigen::numext::bessel_i1e(x); }
double BesselI1e(double x) { return Eigen::numext::bessel_i1e(x); }
float BesselJ0(float x) { return Eigen::numext::bessel_j0(x); }
double BesselJ0(double x) { return Eigen::numext::bessel_j0(x); }
float BesselJ1(float x) { return Eigen::numext::bessel_j1(x); }
double BesselJ1(double x) { return Eigen::numext::bessel_j1(x); }
float BesselK0(float x) { return Eigen::numext::bessel_k0(x); }
double BesselK0(double x) { return Eigen::numext::bessel_k0(x); }
float BesselK0e(float x) { return Eigen::numext::bessel_k0e(x); }
double BesselK0e(double x) { return Eigen::numext::bessel_k0e(x); }
float BesselK1(float x) { return Eigen::numext::bessel_k1(x); }
double BesselK1(double x) { return Eigen::numext::bessel_k1(x); }
float BesselK1e(float x) { return Eigen::numext::bessel_k1e(x); }
double BesselK1e(double x) { return Eigen::numext::bessel_k1e(x); }
float BesselY0(float x) { return Eigen::numext::bessel_y0(x); }
double BesselY0(double x) { return Eigen::numext::bessel_y0(x); }
float BesselY1(float x) { return Eigen::numext::bessel_y1(x); }
double BesselY1(double x) { return Eigen::numext::bessel_y1(x); }

}  // namespace millrace::special
